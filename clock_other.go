//go:build !linux

package main

import "errors"

// clockKept knows no way to ask on this system.
func clockKept() (kept bool, err error) { return false, errors.ErrUnsupported }
