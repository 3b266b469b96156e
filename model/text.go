package model

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"danyuan/fault"
)

// Refusals of texts that people type.
var (
	ErrTextEmpty     = fault.New(fault.Invalid, "text.empty", "这一项不能为空，请填写后再提交。")
	ErrTextTooLong   = fault.New(fault.Invalid, "text.too_long", "文字太长了，请缩短后再提交。")
	ErrTextForbidden = fault.New(fault.Invalid, "text.forbidden_characters", "文字里有看不见的控制字符，请删除后重新输入。")
)

// CleanText gives a text as it is stored: valid UTF-8, NFC, without white space around it, at most
// max characters. Emoji and 4-byte characters are welcome. It refuses NUL and other control
// characters (line breaks only when lines is true), characters that turn the direction of writing or
// are invisible (they forge names), and private-use ones.
func CleanText(field, s string, max int, lines bool) (string, error) {
	if !utf8.ValidString(s) {
		return "", ErrTextForbidden.With(fault.Field{Path: field, Text: ErrTextForbidden.Text})
	}
	s = strings.TrimSpace(norm.NFC.String(strings.ReplaceAll(s, "\r\n", "\n")))
	if strings.ContainsFunc(s, func(r rune) bool { return forbidden(r) && (!lines || r != '\n') }) {
		return "", ErrTextForbidden.With(fault.Field{Path: field, Text: ErrTextForbidden.Text})
	}
	if utf8.RuneCountInString(s) > max {
		return "", ErrTextTooLong.With(fault.Field{Path: field, Text: ErrTextTooLong.Text})
	}
	return s, nil
}

// NeedText is CleanText for a text that must not be empty.
func NeedText(field, s string, max int, lines bool) (string, error) {
	s, err := CleanText(field, s, max, lines)
	if err == nil && s == "" {
		err = ErrTextEmpty.With(fault.Field{Path: field, Text: ErrTextEmpty.Text})
	}
	return s, err
}

// zeroWidthJoiner and the variation selectors hold emoji together; they are kept.
const zeroWidthJoiner, firstSelector, lastSelector = '\u200d', '\ufe00', '\ufe0f'

func forbidden(r rune) bool {
	if r == zeroWidthJoiner || r >= firstSelector && r <= lastSelector {
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp) || !unicode.IsGraphic(r)
}
