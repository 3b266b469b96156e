package api_test

import (
	"strconv"
	"testing"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit/edge"
)

func notice(k *edge.Kit, p model.Person, title string) string {
	k.Helper()
	var told []model.Notice
	once := strconv.QuoteToASCII(title)
	k.Tx(func(tx *gorm.DB) (err error) {
		told, err = model.AddNotices(tx, []model.Notice{{PersonID: p.ID, Kind: "role", Title: title, Body: "从今天起。", CreatedAt: k.Clock.Now(), OnceKey: &once}})
		return err
	})
	return digits(told[0].ID)
}

func TestNotices_newestFirstPageByPage(t *testing.T) {
	k := edge.New(t)
	p := k.Person(k.Org().Unit, "李小梅")
	token := k.SignIn(p)
	for _, title := range []string{"一", "二", "三"} {
		notice(k, p, title)
	}
	var page struct {
		Items []struct{ Title string }
		Next  string
	}
	k.Get(token, "/v1/notices?limit=2").Expect(200).Into(&page)
	if len(page.Items) != 2 || page.Items[0].Title != "三" || page.Next == "" {
		t.Fatalf("first page %+v", page)
	}
	next := page.Next
	page.Next = ""
	k.Get(token, "/v1/notices?limit=2&cursor="+next).Expect(200).Into(&page)
	if len(page.Items) != 1 || page.Items[0].Title != "一" || page.Next != "" {
		t.Fatalf("second page %+v", page)
	}
	k.Get(token, "/v1/notices?cursor=%00").Refused(422, "cursor.invalid")
	k.Get(token, "/v1/notices?limit=1000").Refused(422, "http.invalid")
}

func TestNotices_readOnceOrAllTogether(t *testing.T) {
	k := edge.New(t)
	p := k.Person(k.Org().Unit, "李小梅")
	token := k.SignIn(p)
	id := notice(k, p, "一")
	notice(k, p, "二")
	notice(k, p, "三")
	k.Get(token, "/v1/notices/unread-count").Expect(200).Has(`"unread":3`)
	var first, second struct {
		ReadAt string `json:"read_at"`
	}
	k.Post(token, "/v1/notices/"+id+"/read", nil).Expect(200).Has(`"title":"一"`).Into(&first)
	k.Move(1e9)
	k.Post(token, "/v1/notices/"+id+"/read", nil).Expect(200).Into(&second)
	if first.ReadAt != "2026-03-05T09:00:00+08:00" || second != first {
		t.Fatalf("read at %q, then %q", first.ReadAt, second.ReadAt)
	}
	k.Get(token, "/v1/notices?unread=true").Expect(200).Has("二", "三").HasNot("一")
	k.Post(token, "/v1/notices/read-all", nil).Expect(200).Has(`"marked":2`)
	k.Get(token, "/v1/notices/unread-count").Expect(200).Has(`"unread":0`)
}

func TestNotices_areNobodyElses(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	p := k.Person(o.Unit, "李小梅")
	id := notice(k, p, "机密")
	_, admin := k.Officer(model.DistrictAdmin, o.District, "区管理员")
	k.Get(admin, "/v1/notices").Expect(200).HasNot("机密")
	k.Get(admin, "/v1/notices/unread-count").Expect(200).Has(`"unread":0`)
	k.Post(admin, "/v1/notices/"+id+"/read", nil).Refused(404, "notice.not_found")
	k.Post(admin, "/v1/notices/read-all", nil).Expect(200).Has(`"marked":0`)
	k.Get(k.SignIn(p), "/v1/notices/unread-count").Expect(200).Has(`"unread":1`)
	k.Get("", "/v1/notices").Refused(401, "session.required")
	k.Get(k.Stranger("x"), "/v1/notices").Refused(403, "binding.required")
	for _, bad := range []string{"0", "-1", "%F0%9F%98%80", "%00", "99999999999999999999", "abc"} {
		if a := k.Post(admin, "/v1/notices/"+bad+"/read", nil); a.Status != 404 && a.Status != 422 {
			t.Errorf("id %q answers %d: %s", bad, a.Status, a.Body)
		}
	}
}
