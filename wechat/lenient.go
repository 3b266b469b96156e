package wechat

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// WeChat's documents and its answers disagree on what is a number and what is a list of one.

// number is a whole number, bare or in quotes; an empty text is 0.
type number int64

// UnmarshalJSON takes 5, "5", "" and null.
func (n *number) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	return n.UnmarshalText(bytes.Trim(b, `"`))
}

// UnmarshalText takes the text of an XML element.
func (n *number) UnmarshalText(b []byte) error {
	text := strings.TrimSpace(string(b))
	if text == "" {
		*n = 0
		return nil
	}
	v, err := strconv.ParseInt(text, 10, 64)
	*n = number(v)
	return err
}

// list is a list of items; in JSON also a single one, or an object that has the list under List.
type list []item

// UnmarshalJSON takes [{…}], {…} and {"List": …}.
func (l *list) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '[' {
		return json.Unmarshal(b, (*[]item)(l))
	}
	var one struct {
		item
		List []item `json:"List"` // no list again: a deep nest would be read once a level
	}
	if err := json.Unmarshal(b, &one); err != nil {
		return err
	}
	switch {
	case len(one.List) > 0:
		*l = one.List
	case one.item != item{}:
		*l = list{one.item}
	}
	return nil
}
