package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
)

// What a JSON body may not hold, although a lenient reader makes something of it: a name kept of
// somebody must be what they typed, and what was checked must be what is used.
var (
	errNotUTF8  = errors.New("提交的文字编码不对（不是 UTF-8），请升级小程序后重试")
	errTwice    = errors.New("同一项出现了两次，请升级小程序后重试")
	errHalfChar = errors.New("文字里有残缺的字符，请删掉它再提交")
)

// strictJSON is the form of bodies and answers: JSON, read without guessing.
func strictJSON() map[string]huma.Format {
	strict := huma.Format{Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: func(body []byte, into any) error {
		if err := sound(body); err != nil {
			return err
		}
		return huma.DefaultJSONFormat.Unmarshal(body, into)
	}}
	return map[string]huma.Format{"application/json": strict, "json": strict}
}

// sound refuses what encoding/json would silently replace or drop: bytes that are no UTF-8, halves of
// surrogate pairs, and all but the last of several values of one name. It says nothing about what is no
// JSON at all.
func sound(body []byte) error {
	if !utf8.Valid(body) {
		return errNotUTF8
	}
	if hasLoneSurrogate(body) {
		return errHalfChar
	}
	if hasTwice(body) {
		return errTwice
	}
	return nil
}

// hasLoneSurrogate looks at the \u escapes: outside of texts there is no backslash in JSON.
func hasLoneSurrogate(body []byte) bool {
	for {
		at := bytes.IndexByte(body, '\\')
		if at < 0 || at+1 >= len(body) {
			return false
		}
		body = body[at:]
		switch first := escaped(body); {
		case first < 0:
			body = body[2:]
		case first >= 0xdc00 && first <= 0xdfff:
			return true
		case first >= 0xd800 && first <= 0xdbff:
			if second := escaped(body[6:]); second < 0xdc00 || second > 0xdfff {
				return true
			}
			body = body[12:]
		default:
			body = body[6:]
		}
	}
}

// escaped gives the code unit of the \uXXXX at the beginning of a text, -1 when there is none.
func escaped(text []byte) int64 {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return -1
	}
	unit, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	if err != nil {
		return -1
	}
	return int64(unit)
}

// hasTwice tells whether an object names a field twice. The body is bounded, and so is what is noted.
func hasTwice(body []byte) bool {
	type level struct {
		names map[string]bool // nil in a list
		value bool            // what comes next is a name's value
	}
	var open []level
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	for {
		token, err := d.Token()
		if err != nil {
			return false
		}
		if token == json.Delim('}') || token == json.Delim(']') {
			open = open[:len(open)-1]
			continue
		}
		if n := len(open); n > 0 && open[n-1].names != nil {
			in := &open[n-1]
			if name, ok := token.(string); ok && !in.value {
				if in.names[name] {
					return true
				}
				in.names[name] = true
			}
			in.value = !in.value
		}
		switch token {
		case json.Delim('{'):
			open = append(open, level{names: map[string]bool{}})
		case json.Delim('['):
			open = append(open, level{})
		}
	}
}
