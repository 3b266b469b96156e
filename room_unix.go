//go:build linux || darwin

package main

import "syscall"

// roomAt tells how much room is left for files where a path lies.
func roomAt(path string) (room, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(path, &s); err != nil {
		return room{}, err
	}
	r := room{free: s.Bavail * uint64(s.Bsize)} //nolint:gosec // a block's size is small and positive
	if s.Files > 0 {
		r.filesLeft = float64(s.Ffree) / float64(s.Files)
	} else {
		r.filesLeft = 1 // this file system has no fixed number of files
	}
	return r, nil
}
