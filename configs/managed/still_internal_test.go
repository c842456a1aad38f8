package managed

import (
	"reflect"
	"slices"
	"testing"

	"github.com/posagent/posagent/configs"
)

// Whatever section is added: it changes in a running register, or a change of
// it in a file is noticed. Hashes and what a named file holds are in no value
// that is compared one by one.
func TestEverySectionIsLiveOrStill(t *testing.T) {
	lives := []string{"Devices", "Roles", "Drawer", "Receipt"}
	for i := range reflect.TypeFor[configs.Config]().NumField() {
		field := reflect.TypeFor[configs.Config]().Field(i)
		if !field.IsExported() {
			continue
		}
		var c configs.Config
		v := reflect.ValueOf(&c).Elem().Field(i)
		if v.Kind() == reflect.Slice {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		} else {
			filled(v)
		}
		if noticed, lives := !reflect.DeepEqual(still(c), still(configs.Config{})), slices.Contains(lives, field.Name); noticed == lives {
			t.Errorf("%s: noticed %v, live %v", field.Name, noticed, lives)
		}
	}
}

// filled puts something into the first field of a section that can hold it.
func filled(v reflect.Value) {
	for i := range v.NumField() {
		switch f := v.Field(i); f.Kind() {
		case reflect.String:
			f.SetString("x")
			return
		case reflect.Int, reflect.Int64:
			f.SetInt(1)
			return
		case reflect.Bool:
			f.SetBool(true)
			return
		}
	}
}
