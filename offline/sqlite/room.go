package sqlite

import (
	"os"
	"path/filepath"
	"syscall"
)

// Room is the number of bytes that are free on the database's disk for this
// user. The caller refuses new work while there is little: what is under way
// then still finds room.
func (db *DB) Room() (int64, error) {
	var s syscall.Statfs_t
	dir := filepath.Dir(db.path)
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, problem(ErrReadOnly, db.path, "the file system of "+dir+" does not answer", err)
	}
	return int64(s.Bavail) * s.Bsize, nil
}

// growLog writes zeros behind the end of the write-ahead log until it has
// twice the size at which it starts over. A commit that makes a file longer
// also waits for the file system's own journal, half as long again; one that
// overwrites does not. Frames that are zero fail the checksum of the log
// (sqlite.org/fileformat2.html, 4.2), so SQLite takes them for the unused rest
// of an older log and writes over them.
//
// The log is not kept from one start to the next (SQLITE_FCNTL_PERSIST_WAL):
// whoever puts a backup in the place of a database that was closed must not
// find an old log beside it, which SQLite would then apply to the backup.
func growLog(path string) error {
	const want = 2 * logFrames * (4096 + 24)
	file, err := os.OpenFile(logPath(path), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return noRoom(path, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return noRoom(path, err)
	}
	zeros := make([]byte, 1<<20)
	for at := info.Size(); at < want; {
		n, err := file.WriteAt(zeros[:min(int64(len(zeros)), want-at)], at)
		if err != nil {
			_ = file.Truncate(info.Size())
			return noRoom(path, err)
		}
		at += int64(n)
	}
	if info.Size() < want {
		if err := file.Sync(); err != nil {
			return problem(ErrDead, path, "its log could not be synced: look at the disk", err)
		}
	}
	return nil
}

func sizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}
