package service

import "testing"

func TestJobTitle_eachKindHasOne(t *testing.T) {
	for kind := range (&Service{}).jobTable() {
		if JobTitle(kind) == kind {
			t.Errorf("an operator would read %q: give it a title", kind)
		}
	}
	if JobTitle("a_newer_servers") != "a_newer_servers" {
		t.Error("what is not known is called by its code")
	}
}
