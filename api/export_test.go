package api

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"time"

	"danyuan/model"
)

// ViewPhotos shows the photos of a record as an area's view does.
func ViewPhotos(files []model.File, viewerIsOwner bool) string {
	b, _ := json.Marshal(viewPhotos(files, viewerIsOwner))
	return string(b)
}

// PaperLabels gives what each field of a person's data is called on paper.
func PaperLabels() map[string]string {
	all := map[string]string{}
	var walk func(t reflect.Type, at string)
	walk = func(t reflect.Type, at string) {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct || t == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range t.NumField() {
			f := t.Field(i)
			if !f.Anonymous {
				all[at+"."+f.Name] = label(f)
			}
			walk(f.Type, at+"."+f.Name)
		}
	}
	walk(reflect.TypeFor[myDataView](), "data")
	return all
}

// PaperCodes gives the fields of a person's data that would stand on paper as a word for machines.
func PaperCodes() (all []string) {
	var walk func(t reflect.Type)
	walk = func(t reflect.Type) {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct || t == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range t.NumField() {
			f := t.Field(i)
			code := f.Tag.Get("enum") != "" || machineWord.MatchString(f.Tag.Get("example"))
			if code && f.Type.Kind() == reflect.String && titlesIn(f) == nil && !isCode(t, f) {
				all = append(all, t.Name()+"."+f.Name)
			}
			walk(f.Type)
		}
	}
	walk(reflect.TypeFor[myDataView]())
	return all
}

var machineWord = regexp.MustCompile(`^[a-z_]+$`)

// DataSections gives somebody's data as they are on paper, as one text.
func (a *API) DataSections(ctx context.Context, by model.Actor) string {
	view, err := a.myData(ctx, by, &myDataIn{})
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(sectionsOf(view))
}
