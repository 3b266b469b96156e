package api

import (
	"encoding/base64"
	"encoding/binary"

	"danyuan/fault"
	"danyuan/model"
)

// Paged is embedded by the input of every list.
type Paged struct {
	Cursor string `query:"cursor" maxLength:"64" doc:"上一页给的 next；第一页不填" example:""`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"一页最多几条"`
}

// List is one page of a list.
type List[V any] struct {
	Items []V    `json:"items" nullable:"false"`
	Next  string `json:"next,omitempty" doc:"下一页的 cursor；没有就是最后一页"`
}

var errCursor = fault.New(fault.Invalid, "cursor.invalid", "翻页位置不正确，请回到列表第一页。")

// after gives the id that the last page ended with, 0 for the first page.
func (p Paged) after() (int64, error) {
	if p.Cursor == "" {
		return 0, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	if err != nil || len(b) != 8 {
		return 0, errCursor
	}
	id := int64(binary.BigEndian.Uint64(b)) //nolint:gosec // checked right below
	if id <= 0 {
		return 0, errCursor
	}
	return id, nil
}

// slice gives which part of the list is wanted.
func (p Paged) slice() (model.Slice, error) {
	after, err := p.after()
	return model.Slice{After: after, Limit: p.Limit}, err
}

// listOf makes a page of at most limit rows from limit+1 that were read; id gives a row's place.
func listOf[R, V any](p Paged, rows []R, id func(R) int64, view func(R) V) List[V] {
	l := List[V]{Items: make([]V, 0, min(len(rows), p.Limit))}
	for i, r := range rows {
		if i == p.Limit {
			l.Next = cursorAt(id(rows[i-1]))
			break
		}
		l.Items = append(l.Items, view(r))
	}
	return l
}

// cursorAt is the cursor of the page that comes after an id; "" for 0.
func cursorAt(id int64) string {
	if id == 0 {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, uint64(id))) //nolint:gosec // ids are positive
}
