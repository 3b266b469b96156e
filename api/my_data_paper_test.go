package api_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"danyuan/api"
	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

// TestMyDataPaper_callsEveryFieldInChinese fails for a field of a person's data that nobody could read on
// paper: give it an explanation (doc) or a line in labels.
func TestMyDataPaper_callsEveryFieldInChinese(t *testing.T) {
	labels := api.PaperLabels()
	for field, label := range labels {
		if !bytes.ContainsFunc([]byte(label), func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("%s is called %q", field, label)
		}
	}
	if len(labels) < 100 {
		t.Errorf("only %d fields were found", len(labels))
	}
}

// TestMyDataPaper_saysNoWordsForMachines fails for a field whose values nobody could read on paper: say in
// its doc what each value of its enum is called, or give it a neighbour with _title or _name.
func TestMyDataPaper_saysNoWordsForMachines(t *testing.T) {
	for _, field := range api.PaperCodes() {
		t.Errorf("%s is a word for machines", field)
	}
}

// TestMyDataPaper_saysWhatTheDataSay: a place is no person by its name, a seat in an activity has a state, and what a
// guardian has agreed to is called by its name.
func TestMyDataPaper_saysWhatTheDataSay(t *testing.T) {
	w := newWorld(t)
	for _, of := range personal {
		if of.make != nil {
			of.make(w)
		}
	}
	w.SignIn(w.Resident)
	binding, err := model.ActiveBindingOfPerson(w.DB.Read(t.Context()), w.Resident.ID)
	if err != nil || binding == nil {
		t.Fatal(binding, err)
	}
	w.add(&model.Consent{UserID: binding.UserID, Purpose: model.ForChildren, Version: 1, GivenAt: testkit.Start})
	paper := w.API.DataSections(t.Context(), model.Actor{UserID: binding.UserID, PersonID: w.Resident.ID})
	for _, want := range []string{"用途：为未满14周岁的孩子同意", "名称：楼道大扫除；开始时间：2026-03-05 10:00；状态：已报名", "地方的名称：1单元", "联谊会的名称：合唱队", "状态：待领取"} {
		if !strings.Contains(paper, want) {
			t.Errorf("%q is missing in\n%s", want, paper)
		}
	}
	if words := wordOnPaper.FindAllString(paper, -1); len(words) > 0 {
		t.Errorf("nobody can read %q in\n%s", words, paper)
	}
}

// wordOnPaper is a value that is a code and no word.
var wordOnPaper = regexp.MustCompile(`：[a-z]+(_[a-z]+)*[；\]）\n ]|：[a-z]+(_[a-z]+)*$`)

func TestMyDataPaper_isOnesOwnAndWhole(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	p := k.Person(o.Unit, "王建国", testkit.Phone("13900000001"), testkit.Membership(model.Member))
	token := k.SignIn(p)
	k.Show(p, o.Unit)
	a := k.Get(token, "/v1/me/data/pdf").Expect(200)
	if !bytes.HasPrefix(a.Body, []byte("%PDF-")) || a.Header.Get("Content-Type") != "application/pdf" || a.Header.Get("Cache-Control") != "private, no-store" {
		t.Fatalf("%v %.20q", a.Header, a.Body)
	}
	k.Get("", "/v1/me/data/pdf").Refused(401, "session.required")
	k.Get(k.Stranger("stranger"), "/v1/me/data/pdf").Expect(200)
	bound, err := model.ActiveBindingOfPerson(k.DB.Read(t.Context()), p.ID)
	if err != nil || bound == nil {
		t.Fatal(bound, err)
	}
	sections := k.API.DataSections(t.Context(), model.Actor{UserID: bound.UserID, PersonID: p.ID})
	for _, want := range []string{"王建国", "13900000001", "手机号", "亮身份", "党员情况：党员", "方式：手机号"} {
		if !bytes.Contains([]byte(sections), []byte(want)) {
			t.Errorf("%q is missing in\n%s", want, sections)
		}
	}
}
