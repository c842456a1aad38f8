package powercut

import (
	"database/sql/driver"
	"fmt"
	"io"
)

// ask calls one function of the shim.
func (d *Disk) ask(sql string, args ...driver.Value) (driver.Value, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	rows, err := d.conn.Query(sql, args)
	if err != nil {
		return nil, fmt.Errorf("ask the shim: %w", err)
	}
	defer rows.Close()
	value := make([]driver.Value, 1)
	if err := rows.Next(value); err != nil && err != io.EOF {
		return nil, fmt.Errorf("ask the shim: %w", err)
	}
	return value[0], nil
}

func (d *Disk) number(sql string) (int, error) {
	v, err := d.ask(sql)
	n, ok := v.(int64)
	if err == nil && !ok {
		err = fmt.Errorf("ask the shim: %q gave %T", sql, v)
	}
	return int(n), err
}
