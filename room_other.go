//go:build !linux && !darwin

package main

import "errors"

// roomAt knows no way to ask on this system.
func roomAt(string) (room, error) { return room{}, errors.ErrUnsupported }
