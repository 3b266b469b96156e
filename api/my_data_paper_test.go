package api_test

import (
	"bytes"
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
