package api_test

import (
	"testing"

	"danyuan/model"
	"danyuan/testkit/edge"
)

// What is refused in every body is in the hostile rig; here is what must still be taken.
func TestBodies_wholeCharactersAndNamesInOtherObjectsAreTaken(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, staff := k.Officer(model.CommunityStaff, o.Community, "吴社工")
	for _, reason := range []string{`\ud83d\ude00`, `𠮷野家😀`, `\\ud800`, `\\\ud83d\ude00`, `\u738b\n`, `a\"b\\`, `{\"reason\":1,\"reason\":2}`} {
		p := k.Person(o.Unit, "王建国")
		a := k.Post(staff, "/v1/people/"+idText(p.ID)+"/leave", `{"reason":"搬走 `+reason+`"}`)
		if a.Status == 400 {
			t.Errorf("%s: %s", reason, a.Body)
		}
	}
	k.Post(staff, "/v1/people/"+idText(k.Person(o.Unit, "王建国").ID)+"/leave", `{"reason":"搬走","reason":"没搬"}`).Refused(400, "http.bad_request").Has("两次")
}
