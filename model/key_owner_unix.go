//go:build unix

package model

import (
	"os"
	"syscall"
)

// sameOwner gives a file the owner and the rights of another.
func sameOwner(f *os.File, as string) error {
	of, err := os.Stat(as)
	if err != nil {
		return err
	}
	if err := f.Chmod(of.Mode().Perm()); err != nil {
		return err
	}
	was, ok := of.Sys().(*syscall.Stat_t)
	if !ok || int(was.Uid) == os.Geteuid() && int(was.Gid) == os.Getegid() {
		return nil
	}
	return f.Chown(int(was.Uid), int(was.Gid))
}
