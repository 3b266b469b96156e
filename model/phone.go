package model

import (
	"strings"

	"danyuan/fault"
)

// ErrPhoneForm refuses what can't be a mobile number. It does not repeat the number.
var ErrPhoneForm = fault.New(fault.Invalid, "phone.form", "手机号应为11位数字，以13到19开头，请核对。")

// CleanPhone gives a mobile number as it is stored: eleven digits. People write it with spaces, dashes
// and +86.
func CleanPhone(typed string) (string, error) {
	s := strings.ReplaceAll(squeeze(typed), "-", "")
	for _, country := range []string{"+86", "0086", "86"} {
		if rest, ok := strings.CutPrefix(s, country); ok && len(rest) == 11 {
			s = rest
		}
	}
	if len(s) != 11 || !digits(s) || s[0] != '1' || s[1] < '3' {
		return "", ErrPhoneForm
	}
	return s, nil
}
