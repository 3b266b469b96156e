package api_test

import (
	"strings"
	"testing"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit/edge"
)

const whyRedacted = "里面写了别人的姓名"

func redaction(seq int, words string) body {
	return body{"seq": seq, "words": words, "reason": whyRedacted}
}

// originals is what staff read of a matter.
type originals struct {
	Words []struct {
		Seq               int64
		Words, By, Reason string
	}
	Photos []struct {
		ID, URL, By, Reason string
		Thumb               string `json:"thumb_url"`
		Seq                 int64
	}
}

func (c *wordsCrew) original(url string) (o originals) {
	c.Helper()
	c.Get(c.staff, url+"/original").Expect(200).Into(&o)
	return o
}

// photosOf gives the links of the photos of an event as somebody sees them.
func (c *wordsCrew) photosOf(token, url string, seq int64) (ids, links []string) {
	c.Helper()
	var r struct {
		Events []struct {
			Seq    int64
			Photos []shownPhoto
		}
	}
	c.Get(token, url).Expect(200).Into(&r)
	for _, e := range r.Events {
		for _, p := range e.Photos {
			if e.Seq == seq {
				ids, links = append(ids, p.ID), append(links, p.URL)
			}
		}
	}
	return ids, links
}

// withPhotos reports a matter with photos that have passed.
func (c *wordsCrew) withPhotos(photos ...string) string {
	c.Helper()
	var m struct{ ID string }
	c.Post(c.volunteer, "/v1/matters", body{"category": "repair", "words": "楼道灯坏了", "anonymity": "named", "photos": photos}).Expect(200).Into(&m)
	for _, p := range photos {
		c.pass(p)
	}
	c.WorkOff()
	return "/v1/matters/" + m.ID
}

func TestRedact_everybodySeesTheNewWordsAndThatTheyAreNew(t *testing.T) {
	c := newWordsCrew(t)
	url := c.saying(c.volunteer, "王大力在楼道堆放杂物")
	c.WorkOff()
	c.Post(c.mei, url+"/join", nil).Expect(200).Has("王大力")
	c.Get(c.volunteer, url).Expect(200).Has(`"redacted":false`).HasNot(`"redacted":true`)
	c.Post(c.staff, url+"/redact", redaction(1, "有住户在楼道堆放杂物")).Expect(200).Has("有住户在楼道", `"check_state":"pending"`).HasNot("王大力")
	c.Get(c.mei, url).Expect(200).HasNot("王大力")
	c.WorkOff()
	c.is(url, model.FilePassed)
	c.Get(c.mei, url).Expect(200).Has("有住户在楼道堆放杂物").HasNot("王大力")
	for _, token := range []string{c.volunteer, c.chief, c.secretary, c.staff} {
		c.Get(token, url).Expect(200).Has("有住户在楼道堆放杂物", `"redacted":true`).HasNot("王大力", whyRedacted)
	}
	c.Get(c.volunteer, "/v1/me/matters").Expect(200).HasNot("王大力")
	c.Get(c.volunteer, "/v1/notices").Expect(200).Has("事项里有内容被隐去", whyRedacted, "事项照常办理")
	if asked := c.WeChat.CheckedTexts(); len(asked) != 2 || asked[1].Text != "有住户在楼道堆放杂物" || asked[1].OpenID == asked[0].OpenID {
		t.Errorf("the new words were not looked at for who wrote them: %+v", asked)
	}
	c.offered("王大力").Has(`"matters":[]`)
	c.Post(c.chief, url+"/accept", body{"seen": 1}).Expect(200)
	c.bookBalances()
}

func TestRedact_whatIsSearchedIsWhatIsShown(t *testing.T) {
	c := newWordsCrew(t)
	url := c.saying(c.volunteer, "王大力在楼道堆放杂物", "place", "东门口的大力超市")
	id := c.is(url, model.FilePending)
	found := func(text string) int {
		c.Helper()
		area := model.MatterArea{Kind: model.Community, NodeID: c.o.Community.ID, CommunityID: c.o.Community.ID}
		all, _, err := model.MattersIn(c.DB.Read(c.Context()), model.MatterFilter{MatterArea: area, Text: text}, model.Slice{Limit: 5})
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	var before, after int64
	count := func(n *int64) {
		c.Tx(func(tx *gorm.DB) error {
			return tx.Model(&model.MatterTerm{}).Where("matter_id = ?", id.ID).Count(n).Error
		})
	}
	count(&before)
	c.Post(c.staff, url+"/redact", redaction(1, "住户在楼道堆放杂物")).Expect(200)
	c.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.MatterTerm{}).Where("matter_id = ?", id.ID).Count(&after).Error
	})
	if found("王大力") != 0 || found("住户在楼道") != 1 || found("堆放杂物") != 1 || found("大力超市") != 1 {
		t.Errorf("found %d %d %d %d", found("王大力"), found("住户在楼道"), found("堆放杂物"), found("大力超市"))
	}
	if want := int64(len(model.Pairs("住户在楼道堆放杂物", "东门口的大力超市"))); after != want {
		t.Errorf("%d terms, want %d", after, want)
	}
}

func TestRedact_theFirstOriginalStays(t *testing.T) {
	c := newWordsCrew(t)
	url := c.saying(c.volunteer, "王大力在楼道堆放杂物")
	c.Post(c.staff, url+"/redact", redaction(1, "王某在楼道堆放杂物")).Expect(200)
	c.Post(c.second, url+"/redact", redaction(1, "有住户在楼道堆放杂物")).Expect(200)
	o := c.original(url)
	if len(o.Words) != 1 || o.Words[0].Words != "王大力在楼道堆放杂物" || o.Words[0].Seq != 1 || o.Words[0].By != "陈社工" || o.Words[0].Reason != whyRedacted || len(o.Photos) != 0 {
		t.Errorf("%+v", o)
	}
	c.Get(c.chief, url).Expect(200).Has("有住户在楼道堆放杂物")
	c.Post(c.staff, url+"/redact", redaction(1, "王大力在楼道堆放杂物")).Expect(200) // back to what it was: nothing is lost
	if o := c.original(url); len(o.Words) != 1 || o.Words[0].Words != "王大力在楼道堆放杂物" {
		t.Errorf("%+v", o)
	}
}

func TestRedact_manyAtOnceKeepTheOriginal(t *testing.T) {
	c := newWordsCrew(t)
	_, replica := c.Replica()
	for range 5 {
		url := c.saying(c.volunteer, "王大力在楼道堆放杂物")
		answers := make([]edge.Answer, 4)
		c.Race(len(answers), func(i int) {
			server := c.API
			if i > 1 {
				server = replica
			}
			answers[i] = c.Do(server, []string{c.staff, c.second}[i%2], "POST", url+"/redact", redaction(1, "第"+strings.Repeat("又", i+1)+"位住户"))
		})
		for _, a := range answers {
			a.Expect(200)
		}
		if o := c.original(url); len(o.Words) != 1 || o.Words[0].Words != "王大力在楼道堆放杂物" {
			t.Fatalf("%+v", o)
		}
		c.WorkOff()
		c.is(url, model.FilePassed)
	}
	c.bookBalances()
}

func TestRedact_theWordsOfLaterEvents(t *testing.T) {
	c := newWordsCrew(t)
	url := c.saying(c.volunteer, "楼道灯坏了")
	c.WorkOff()
	c.Post(c.chief, url+"/accept", body{"seen": 1}).Expect(200)
	c.Post(c.chief, url+"/resolve", body{"seen": 2, "words": "找王大力换了灯"}).Expect(200)
	c.Post(c.staff, url+"/redact", redaction(3, "换了灯")).Expect(200)
	c.is(url, model.FilePassed) // what neighbours are offered is not touched
	for _, token := range []string{c.volunteer, c.chief, c.secretary} {
		c.Get(token, url).Expect(200).Has("换了灯", `"redacted":true`, "楼道灯坏了").HasNot("王大力")
	}
	if o := c.original(url); len(o.Words) != 1 || o.Words[0].Words != "找王大力换了灯" || o.Words[0].Seq != 3 {
		t.Errorf("%+v", o)
	}
	c.Post(c.staff, url+"/redact", redaction(2, "没有说过的话")).Refused(409, "matter.no_words")
	c.Post(c.staff, url+"/redact", redaction(4, "没有的一步")).Refused(404, "matter.no_such_event")
	c.Post(c.staff, url+"/redact", redaction(3, "换了灯")).Refused(422, "matter.same_words")
	c.Post(c.staff, url+"/redact", redaction(3, " ")).Refused(422, "text.empty")
	c.Post(c.staff, url+"/redact", body{"seq": 3, "words": "灯好了", "reason": " "}).Refused(422, "text.empty")
	c.Post(c.volunteer, url+"/rate", body{"seen": 3, "solved": true, "satisfied": true}).Expect(200)
	c.Post(c.staff, url+"/redact", redaction(1, "灯坏了")).Expect(200) // also when it is over
	c.bookBalances()
}

func TestRedact_staffOfTheCommunityAndNobodyElse(t *testing.T) {
	c := newWordsCrew(t)
	photo := c.UploadPhoto(c.volunteer)
	url := c.withPhotos(photo)
	for _, token := range []string{c.chief, c.secretary, c.admin, c.volunteer, c.mei} {
		c.Post(token, url+"/redact", redaction(1, "灯坏了")).Refused(403, "role.not_allowed")
		c.Post(token, url+"/redact-photo", body{"photo_id": photo, "reason": whyRedacted}).Refused(403, "role.not_allowed")
		c.Get(token, url+"/original").Refused(403, "role.not_allowed")
	}
	c.Post(c.foreignStaff, url+"/redact", redaction(1, "灯坏了")).Refused(404, "matter.not_found")
	c.Post(c.foreignStaff, url+"/redact-photo", body{"photo_id": photo, "reason": whyRedacted}).Refused(404, "matter.not_found")
	c.Get(c.foreignStaff, url+"/original").Refused(404, "matter.not_found")
	c.Get(c.staff, "/v1/matters/4711/original").Refused(404, "matter.not_found")

	lives := c.Person(c.o.Unit, "吴社工")
	c.Appoint(lives, model.CommunityStaff, c.o.Community)
	wu := c.SignIn(lives)
	own := c.saying(wu, "自己家的事情")
	c.Post(wu, own+"/redact", redaction(1, "事情")).Refused(403, "matter.own")
	c.Get(wu, own+"/original").Refused(403, "matter.own")

	c.Appoint(c.chiefWho, model.CommunityStaff, c.o.Community)
	both := c.SignIn(c.chiefWho)
	hidden := c.saying(c.volunteer, "对单元长的意见", "anonymity", "chief")
	c.Post(both, hidden+"/redact", redaction(1, "没有意见")).Refused(404, "matter.not_found")
	c.Get(both, hidden+"/original").Refused(404, "matter.not_found")
	c.Post(c.staff, hidden+"/redact", redaction(1, "有意见")).Expect(200)
	c.Get(c.admin, path("/v1/nodes/%d/audit?limit=100", c.o.Unit.ID)).Expect(200).HasNot(strings.TrimPrefix(hidden, "/v1/matters/"))

	joins := c.Person(c.o.ForeignUnit, "外社工二")
	c.Appoint(joins, model.CommunityStaff, c.o.OtherCommunity)
	m := c.is(url, model.FilePassed)
	c.Tx(func(tx *gorm.DB) error { return model.JoinMatter(tx, m, joins.ID, c.Clock.Now()) })
	c.Post(c.SignIn(joins), url+"/redact", redaction(1, "灯坏了")).Refused(404, "matter.not_found")
}

func TestRedactPhoto_theReplacementTakesItsPlaceAndTheLinkOfBeforeIsOver(t *testing.T) {
	c := newWordsCrew(t)
	one, two, three := c.UploadPhoto(c.volunteer), c.UploadPhoto(c.volunteer), c.UploadPhoto(c.volunteer)
	url := c.withPhotos(one, two, three)
	_, links := c.photosOf(c.chief, url, 1)
	c.Get("", links[1]).Expect(200)
	blurred := c.UploadPhoto(c.staff)
	c.Post(c.staff, url+"/redact-photo", body{"photo_id": two, "replacement_id": blurred, "reason": whyRedacted}).Expect(200).Has(`"redacted":true`)
	for _, token := range []string{c.volunteer, c.chief, c.secretary, c.staff} {
		if ids, _ := c.photosOf(token, url, 1); len(ids) != 3 || ids[0] != one || ids[1] != blurred || ids[2] != three {
			t.Fatalf("seen are %v", ids)
		}
	}
	c.Get(c.volunteer, url).Expect(200).Has(`"redacted":true`).HasNot(`"id":"` + two + `"`)
	c.Get(c.volunteer, "/v1/notices").Expect(200).Has("事项里有内容被隐去", whyRedacted)
	c.Get("", links[1]).Refused(404, "photo.link_unknown")
	c.Get("", links[0]).Expect(200)
	c.Get(c.volunteer, "/v1/files/"+two).Refused(404, "file.not_found")
	c.Get(c.volunteer, "/v1/files/"+one).Expect(200)

	o := c.original(url)
	if len(o.Photos) != 1 || o.Photos[0].ID != two || o.Photos[0].Seq != 1 || o.Photos[0].By != "陈社工" || o.Photos[0].Reason != whyRedacted || len(o.Words) != 0 {
		t.Fatalf("%+v", o)
	}
	c.Get("", o.Photos[0].URL).Expect(200)
	c.Get("", o.Photos[0].Thumb).Expect(200)

	c.Post(c.staff, url+"/redact-photo", body{"photo_id": one, "reason": whyRedacted}).Expect(200)
	if ids, _ := c.photosOf(c.volunteer, url, 1); len(ids) != 2 || ids[0] != blurred || ids[1] != three {
		t.Fatalf("seen are %v", ids)
	}
	if o := c.original(url); len(o.Photos) != 2 {
		t.Fatalf("%+v", o)
	}
	c.bookBalances()
}

// What was said is one line of one's data, however many photos were taken out of it.
func TestRedactPhoto_oneSaidItOnceAllTheSame(t *testing.T) {
	c := newWordsCrew(t)
	one, two := c.UploadPhoto(c.volunteer), c.UploadPhoto(c.volunteer)
	url := c.withPhotos(one, two)
	for _, photo := range []string{one, two} {
		c.Post(c.staff, url+"/redact-photo", body{"photo_id": photo, "reason": whyRedacted}).Expect(200)
	}
	c.Post(c.staff, url+"/redact", redaction(1, "灯坏了")).Expect(200)
	var mine struct {
		Matters []struct {
			Said []struct{ Words, Original string }
		}
	}
	c.Get(c.volunteer, "/v1/me/data").Expect(200).Into(&mine)
	if said := mine.Matters[0].Said; len(said) != 1 || said[0].Words != "灯坏了" || said[0].Original != "楼道灯坏了" {
		t.Errorf("%+v", said)
	}
}

func TestRedactPhoto_ofALaterEvent(t *testing.T) {
	c := newWordsCrew(t)
	url := c.withPhotos()
	c.Post(c.chief, url+"/accept", body{"seen": 1}).Expect(200)
	photo := c.UploadPhoto(c.chief)
	c.Post(c.chief, url+"/resolve", body{"seen": 2, "words": "换好了", "photos": []string{photo}}).Expect(200)
	c.pass(photo)
	c.Post(c.staff, url+"/redact-photo", body{"photo_id": photo, "reason": whyRedacted}).Expect(200)
	if ids, _ := c.photosOf(c.volunteer, url, 3); len(ids) != 0 {
		t.Errorf("seen are %v", ids)
	}
	if o := c.original(url); len(o.Photos) != 1 || o.Photos[0].Seq != 3 {
		t.Errorf("%+v", o)
	}
}

func TestRedactPhoto_refusesWhatIsNoPhotoOfTheRecord(t *testing.T) {
	c := newWordsCrew(t)
	mine, other, loose, foreign := c.UploadPhoto(c.volunteer), c.UploadPhoto(c.volunteer), c.UploadPhoto(c.volunteer), c.UploadPhoto(c.mei)
	url, elsewhere := c.withPhotos(mine), c.withPhotos(other)
	redact := func(fields ...any) edge.Answer {
		c.Helper()
		b := body{"reason": whyRedacted}
		for i := 0; i < len(fields); i += 2 {
			b[fields[i].(string)] = fields[i+1]
		}
		return c.Post(c.staff, url+"/redact-photo", b)
	}
	for _, photo := range []string{other, loose, foreign, "4711"} {
		redact("photo_id", photo).Refused(404, "file.not_found")
	}
	used := c.UploadPhoto(c.staff)
	c.Post(c.staff, elsewhere+"/redact-photo", body{"photo_id": other, "replacement_id": used, "reason": whyRedacted}).Expect(200)
	redact("photo_id", other).Refused(404, "file.not_found") // an original, and of another record
	redact("photo_id", mine, "replacement_id", foreign).Refused(404, "file.not_found")
	redact("photo_id", mine, "replacement_id", mine).Refused(404, "file.not_found")
	redact("photo_id", mine, "replacement_id", used).Refused(409, "file.attached")
	redact("photo_id", mine, "reason", " ").Refused(422, "text.empty")
	bad := c.UploadPhoto(c.staff)
	c.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.File{}).Where("id = ?", bad).Update("state", model.FileRejected).Error
	})
	redact("photo_id", mine, "replacement_id", bad).Refused(409, "file.rejected")
	if ids, _ := c.photosOf(c.volunteer, url, 1); len(ids) != 1 || ids[0] != mine {
		t.Fatalf("a refusal has left %v", ids)
	}
	redact("photo_id", mine).Expect(200)
	redact("photo_id", mine).Refused(404, "file.not_found")
}

func TestRedactPhoto_aWithheldPhotoWaitsForNobody(t *testing.T) {
	c := newWordsCrew(t)
	photo := c.UploadPhoto(c.volunteer)
	c.WorkOff()
	var m struct{ ID string }
	c.Post(c.volunteer, "/v1/matters", body{"category": "repair", "words": "楼道灯坏了", "anonymity": "named", "photos": []string{photo}}).Expect(200).Into(&m)
	url, reviews := "/v1/matters/"+m.ID, path("/v1/nodes/%d/photo-reviews", c.o.Community.ID)
	c.Get(c.admin, reviews).Expect(200).Has(`"id":"` + photo + `"`) // no callback: a person looks
	c.Post(c.staff, url+"/redact-photo", body{"photo_id": photo, "reason": whyRedacted}).Expect(200)
	c.Get(c.admin, reviews).Expect(200).Has(`"items":[]`)
	var shown struct{ URL string }
	c.Post(c.admin, "/v1/files/"+photo+"/pass", nil).Expect(200).Into(&shown)
	c.Get("", shown.URL).Refused(404, "photo.link_unknown")
}

func TestRedact_eachReadingOfTheOriginalIsAudited(t *testing.T) {
	c := newWordsCrew(t)
	url := c.saying(c.volunteer, "王大力在楼道堆放杂物")
	c.Post(c.staff, url+"/redact", redaction(1, "有住户在楼道堆放杂物")).Expect(200)
	c.original(url)
	c.original(url)
	c.Get(c.second, url+"/original").Expect(200).Has("王大力")
	log := c.Get(c.admin, path("/v1/nodes/%d/audit?limit=100", c.o.District.ID)).Expect(200).Has("matter.redact", "event 1").HasNot("王大力", whyRedacted)
	if n := strings.Count(string(log.Body), "matter.read_original"); n != 3 {
		t.Errorf("%d readings in the audit log, want 3", n)
	}
}
