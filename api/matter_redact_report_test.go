package api_test

import (
	"strings"
	"testing"

	"danyuan/model"
)

// withAnswer reports a matter whose place and answer name somebody.
func (c *wordsCrew) withAnswer() string {
	c.Helper()
	b := body{"category": "repair", "words": "楼道灯坏了", "anonymity": "named", "place": "王大力家门口", "answers": []askBody{{"place": 1, "answer": "王大力搬来以后"}}}
	var m struct{ ID string }
	c.Post(c.volunteer, "/v1/matters", b).Expect(200).Into(&m)
	return "/v1/matters/" + m.ID
}

func TestRedact_thePlaceIsShownSearchedAndCheckedAnew(t *testing.T) {
	c := newWordsCrew(t)
	url := c.withAnswer()
	c.WorkOff()
	c.Post(c.staff, url+"/redact", but(redaction(1, "三楼门口"), "part", "place")).Expect(200).Has("三楼门口", `"check_state":"pending"`, "楼道灯坏了").HasNot("王大力家")
	c.WorkOff()
	c.is(url, model.FilePassed)
	for _, token := range []string{c.volunteer, c.chief, c.secretary} {
		c.Get(token, url).Expect(200).Has("三楼门口", `"redacted":true`).HasNot("王大力家")
	}
	c.offered("王大力家").Has(`"matters":[]`)
	c.Get(c.volunteer, "/v1/notices").Expect(200).Has("事项里有内容被隐去")
	c.Get(c.staff, url+"/original").Expect(200).Has(`"seq":1,"part":"place","words":"王大力家门口"`)
	c.Get(c.volunteer, "/v1/me/data").Expect(200).Has(`"place_original":"王大力家门口"`)
	c.Post(c.staff, url+"/redact", but(redaction(1, "三楼门口"), "part", "place")).Refused(422, "matter.same_words")
	c.Post(c.staff, url+"/redact", but(redaction(1, strings.Repeat("远", 81)), "part", "place")).Refused(422, "text.too_long")
	c.Post(c.staff, url+"/redact", but(redaction(2, "三楼"), "part", "place")).Refused(404, "matter.no_such_event")
	c.Get(c.admin, path("/v1/nodes/%d/audit?limit=100", c.o.District.ID)).Expect(200).Has("matter.redact", `"place"`).HasNot("王大力")
	c.bookBalances()
}

func TestRedact_anAnswer(t *testing.T) {
	c := newWordsCrew(t)
	url := c.withAnswer()
	c.WorkOff()
	redact := but(but(redaction(1, "有人搬来以后"), "part", "answer"), "question", 1)
	c.Post(c.chief, url+"/redact", redact).Refused(403, "role.not_allowed")
	c.Post(c.staff, url+"/redact", redact).Expect(200).Has("有人搬来以后", `"redacted":true`).HasNot("王大力搬来")
	c.is(url, model.FilePassed) // neighbours see no answers
	c.Get(c.volunteer, url).Expect(200).Has("有人搬来以后").HasNot("王大力搬来")
	c.Post(c.second, url+"/redact", but(redact, "words", "最近")).Expect(200)
	c.Get(c.staff, url+"/original").Expect(200).Has(`"part":"answer","question":1,"words":"王大力搬来以后"`).HasNot("有人搬来以后")
	c.Get(c.volunteer, "/v1/me/data").Expect(200).Has(`"answer":"最近","original":"王大力搬来以后"`)
	c.Post(c.staff, url+"/redact", but(redact, "question", 19)).Refused(404, "matter.no_such_event")
	c.Post(c.staff, url+"/redact", but(redaction(1, "最近"), "part", "answer")).Refused(404, "matter.no_such_event")
	c.bookBalances()
}

func TestRedact_aRepeatedCommandShowsTheNewWords(t *testing.T) {
	c := newWordsCrew(t)
	url := c.saying(c.volunteer, "李四偷电，电话13812345678")
	c.WorkOff()
	repeat := func(replayed string) {
		t.Helper()
		for token, move := range map[string]string{c.chief: "/accept", c.mei: "/join"} {
			a := c.Post(token, url+move, body{"seen": 1}, "Idempotency-Key", "the-same-key-1").Expect(200)
			if a.Header.Get("Idempotent-Replayed") != replayed {
				t.Errorf("%s: repeated: %q", move, a.Header.Get("Idempotent-Replayed"))
			}
			if said := strings.Contains(string(a.Body), "13812345678"); said != (replayed == "") {
				t.Errorf("%s, repeated: %q: %s", move, replayed, a.Body)
			}
		}
	}
	repeat("")
	c.Post(c.staff, url+"/redact", redaction(1, "有人偷电")).Expect(200)
	repeat("true")
}
