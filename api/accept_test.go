package api_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"danyuan/testkit/edge"
)

// asked is what the client posts after wx.requestSubscribeMessage.
func asked(results ...any) map[string]any {
	list := []any{}
	for i := 0; i < len(results); i += 2 {
		list = append(list, map[string]any{"template": results[i], "accepted": results[i+1]})
	}
	return map[string]any{"results": list}
}

func TestAccepts_oneYesIsOneMessage(t *testing.T) {
	k := edge.New(t)
	token := k.Stranger("x") // bound to nobody yet: the first news is about the binding
	k.Get(token, "/v1/me/accepts").Expect(200).Has(`"kind":"binding","template":"tpl-binding","left":0`, `"check_in"`, `"plaque"`)
	k.Post(token, "/v1/me/accepts", asked("binding", true, "tpl-plaque", true, "check_in", false)).Expect(200)
	k.Post(token, "/v1/me/accepts", asked("tpl-binding", true, "binding", true)).Expect(200). // the same template twice
													Has(`"template":"tpl-binding","left":2`, `"template":"tpl-plaque","left":1`, `"template":"tpl-check-in","left":0`)
	k.Get(k.Stranger("y"), "/v1/me/accepts").Expect(200).Has(`"template":"tpl-binding","left":0`)
}

func TestAccepts_repeatedRequestCountsOnce(t *testing.T) {
	k := edge.New(t)
	token := k.Stranger("x")
	for range 3 {
		k.Post(token, "/v1/me/accepts", asked("binding", true), "Idempotency-Key", "the-same-key").Expect(200).Has(`"left":1`)
	}
}

func TestAccepts_moreThanEnoughAreNotCounted(t *testing.T) {
	k := edge.New(t)
	token := k.Stranger("x")
	var failed atomic.Int32
	for range 2 {
		k.Race(13, func(int) {
			if k.Do(k.API, token, http.MethodPost, "/v1/me/accepts", asked("binding", true)).Status != http.StatusOK {
				failed.Add(1)
			}
		})
	}
	if failed.Load() != 0 {
		t.Fatalf("%d failed", failed.Load())
	}
	k.Get(token, "/v1/me/accepts").Expect(200).Has(`"template":"tpl-binding","left":20`)
}

func TestAccepts_badReportsAreRefused(t *testing.T) {
	k := edge.New(t)
	token := k.Stranger("x")
	k.Post(token, "/v1/me/accepts", asked("role", true)).Refused(422, "accept.template_unknown")
	k.Post(token, "/v1/me/accepts", asked("binding", true, "tpl-foreign", false)).Refused(422, "accept.template_unknown")
	k.Post(token, "/v1/me/accepts", asked("😀\u202e\x00", true)).Refused(422, "accept.template_unknown")
	k.Post(token, "/v1/me/accepts", asked(strings.Repeat("长", 65), true)).Refused(422, "http.invalid")
	k.Post(token, "/v1/me/accepts", asked("binding", "yes")).Refused(422, "http.invalid")
	k.Post(token, "/v1/me/accepts", asked()).Refused(422, "http.invalid")
	k.Post(token, "/v1/me/accepts", map[string]any{"results": nil}).Refused(422, "http.invalid")
	k.Post(token, "/v1/me/accepts", `{"results":[{"template":"binding","accepted":true,"times":99}]}`).Refused(422, "http.invalid")
	k.Post("", "/v1/me/accepts", asked("binding", true)).Refused(401, "session.required")
	k.Get("", "/v1/me/accepts").Refused(401, "session.required")
	k.Get(token, "/v1/me/accepts").Expect(200).Has(`"template":"tpl-binding","left":0`)
}
