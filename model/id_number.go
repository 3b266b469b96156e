package model

import (
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"danyuan/fault"
)

// Refusals of id numbers. None repeats the number.
var (
	ErrIDNumberForm  = fault.New(fault.Invalid, "id_number.form", "身份证号应为18位，前17位是数字，末位是数字或X。请对照证件填写；15位的旧号码请换成新号码。")
	ErrIDNumberBirth = fault.New(fault.Invalid, "id_number.birth", "身份证号第7到14位不是一个可能的出生日期，请对照证件核对。")
	ErrIDNumberCheck = fault.New(fault.Invalid, "id_number.check", "身份证号的校验位不对，多半是抄错或漏了一位，请对照证件核对。")
)

// CleanIDNumber gives an id number as it is stored, with the birth date (YYYY-MM-DD) that it contains.
// GB 11643-1999: six digits of region, eight of the birth date, three of sequence, one check character
// by ISO 7064 MOD 11-2. The region is not looked up: it may have been abolished since.
func CleanIDNumber(typed string, now time.Time) (number, birth string, err error) {
	number = strings.ToUpper(squeeze(typed))
	if len(number) != 18 || !digits(number[:17]) || number[0] == '0' || number[17] != 'X' && !digits(number[17:]) {
		return "", "", ErrIDNumberForm
	}
	birth = BirthIn(number)
	if !possibleBirth(birth, now) {
		return "", "", ErrIDNumberBirth
	}
	if IDNumberCheck(number[:17]) != number[17] {
		return "", "", ErrIDNumberCheck
	}
	return number, birth, nil
}

// BirthIn gives the birth date (YYYY-MM-DD) that an id number contains; "" where there is no number of 18.
func BirthIn(number string) string {
	if len(number) != 18 {
		return ""
	}
	return number[6:10] + "-" + number[10:12] + "-" + number[12:14]
}

// IDNumberCheck gives the check character of the first seventeen digits of an id number.
func IDNumberCheck(seventeen string) byte {
	sum := 0
	for i := range len(seventeen) {
		sum = (sum + int(seventeen[i]-'0')) * 2 % 11
	}
	return "10X98765432"[sum]
}

// squeeze gives half-width text without the spaces that people group digits with, and without the
// invisible marks that come along when a number is copied from a page or an address book.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, norm.NFKC.String(s))
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
