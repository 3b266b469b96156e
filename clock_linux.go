package main

import "syscall"

// unsynchronised is the kernel's mark of a clock that nobody corrects (STA_UNSYNC).
const unsynchronised = 0x40

// clockKept tells whether something keeps this machine's clock right.
func clockKept() (kept bool, err error) {
	var t syscall.Timex
	if _, err := syscall.Adjtimex(&t); err != nil {
		return false, err
	}
	return t.Status&unsynchronised == 0, nil
}
