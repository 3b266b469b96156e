package api_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/service/ledger"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

var firstQuarter = map[string]int{"year": 2026, "quarter": 1}

type publicNotice struct{ ID string }

// inApril moves the clock behind the first quarter, by so much, with everybody signed in again.
func (b *bureau) inApril(after time.Duration) {
	b.Helper()
	to := model.Quarter{Year: 2026, Number: 1}.Until().Add(after)
	b.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Session{}).Where("id > 0").Update("expires_at", to.Add(24*time.Hour)).Error
	})
	b.Move(to.Sub(b.Clock.Now()))
}

func (b *bureau) published() publicNotice {
	b.Helper()
	var n publicNotice
	b.Post(b.staff, path("/v1/nodes/%d/public-notices", b.o.Community.ID), firstQuarter).Expect(200).Into(&n)
	return n
}

// trade makes the ledger of a quarter: points issued, redeemed and expired, and money spent.
func (b *bureau) trade() {
	b.Helper()
	community, year := b.o.Community.ID, int64(2026)
	mine, out := ledger.PersonPoints(b.volunteer.ID), ledger.MoneyOutside(b.o.District.ID)
	b.post(ledger.PointsIssued(community), mine, 500)
	b.post(mine, ledger.PointsRedeemed(community), 300)
	b.post(ledger.PointsRedeemed(community), mine, 100) // given back
	b.post(mine, ledger.PointsExpired(b.o.District.ID), 20)
	for _, spent := range []int64{year, year - 1} {
		b.post(out, ledger.Budget(community, spent), 10_000)
		b.post(ledger.Budget(community, spent), ledger.Committed(community, spent), 5_000)
		b.post(ledger.Committed(community, spent), ledger.Spent(community, spent), 2_500)
	}
	foreigner := b.Person(b.o.ForeignUnit, "外人")
	b.post(ledger.PointsIssued(b.o.OtherCommunity.ID), ledger.PersonPoints(foreigner.ID), 70)
	b.post(ledger.PersonPoints(foreigner.ID), ledger.PointsExpired(b.o.District.ID), 70)
	b.serve(foreigner, func(h *model.Hours) { h.NodeID = b.o.ForeignGrid.ID })
}

const sums = `"sums":{"points_issued":500,"points_redeemed":200,"points_expired":20,"fen_spent":5000,"volunteers":1,"services":2,"minutes":180,"redemptions":0}`

func TestPublicNotice_saysWhatTheBooksSayAndStaysAsItWasPublished(t *testing.T) {
	b := newBureau(t)
	b.serve(b.volunteer, func(h *model.Hours) { h.StartsAt = h.StartsAt.Add(3 * time.Hour) })
	b.serve(b.volunteer, func(h *model.Hours) { h.State = model.HoursVoid })
	b.trade()
	draft := path("/v1/nodes/%d/public-notice-draft?year=2026&quarter=1", b.o.Community.ID)
	b.Get(b.staff, draft).Expect(200).Has(sums, `"over":false`, "2026年第一季度")
	b.Get(b.staff, path("/v1/nodes/%d/public-notice-draft?year=2025&quarter=4", b.o.Community.ID)).Expect(200).Has(`"points_issued":0`, `"services":0`, `"over":true`)

	b.inApril(0)
	b.Get(b.staff, draft).Expect(200).Has(sums, `"over":true`)
	n := b.published()
	address := "/v1/public-notices/" + n.ID
	first := b.Get("", address).Expect(200).Has(sums, "先锋社区", `"objections":{"open":0,"upheld":0,"rejected":0}`, `"corrections":[]`)
	b.trade() // of the second quarter
	b.serve(b.volunteer, func(h *model.Hours) { at := b.Clock.Now(); h.DecidedAt = &at })
	b.Tx(func(tx *gorm.DB) error {
		if err := tx.Model(&model.Hours{}).Where("id > 0").Update("minutes", 1).Error; err != nil {
			return err
		}
		return tx.Model(&model.Node{}).Where("id = ?", b.o.Community.ID).Update("name", "新名").Error
	})
	if again := b.Get("", address).Expect(200); !bytes.Equal(first.Body, again.Body) {
		t.Errorf("%s became %s", first.Body, again.Body)
	}
	b.Get("", path("/v1/nodes/%d/public-notices", b.o.Community.ID)).Expect(200).Has(`"id":"`+n.ID+`"`, sums)
	b.Get("", path("/v1/nodes/%d/public-notices", b.o.OtherCommunity.ID)).Expect(200).Has(`"items":[]`)
	_, auditor := b.Officer(model.Auditor, b.o.Community, "周审计")
	b.Get(auditor, path("/v1/nodes/%d/audit", b.o.Community.ID)).Expect(200).Has("public_notice.publish")
}

func TestPublicNotice_theQuarterIsBeijings(t *testing.T) {
	b := newBureau(t)
	b.inApril(-time.Second)
	b.post(ledger.PointsIssued(b.o.Community.ID), ledger.PersonPoints(b.volunteer.ID), 3)
	to := path("/v1/nodes/%d/public-notices", b.o.Community.ID)
	b.Post(b.staff, to, firstQuarter).Refused(409, "public_notice.quarter_not_over")
	b.Move(time.Second)
	b.post(ledger.PointsIssued(b.o.Community.ID), ledger.PersonPoints(b.volunteer.ID), 40)
	b.Post(b.staff, to, firstQuarter).Expect(200).Has(`"points_issued":3`)
	b.Get(b.staff, path("/v1/nodes/%d/public-notice-draft?year=2026&quarter=2", b.o.Community.ID)).Expect(200).Has(`"points_issued":40`)
}

func TestPublicNotice_linesAreReadInPagesByAnybody(t *testing.T) {
	b := newBureau(t)
	n := model.PublicNotice{CommunityID: b.o.Community.ID, Year: 2025, Quarter: 4, CommunityName: "先锋社区", PublishedAt: testkit.Start}
	b.Tx(func(tx *gorm.DB) error {
		return model.AddPublicNotice(tx, &n, []model.PublicNoticeLine{{Name: "张**", Reward: "大米", Points: 300, Day: "2025-12-02"}, {Name: "李**", Reward: "食用油", Points: 200, Day: "2025-12-03"}})
	})
	var page struct {
		Items []struct{ Name, Reward, Day string }
		Next  string
	}
	lines := path("/v1/public-notices/%d/lines?limit=1", n.ID)
	b.Get("", lines).Expect(200).Into(&page)
	b.Get("", lines+"&cursor="+page.Next).Expect(200).Has("李**", "食用油", "2025-12-03", `"points":200`).HasNot("大米", "next")
}

func TestPublicNotice_refusals(t *testing.T) {
	b := newBureau(t)
	b.inApril(0)
	_, foreign := b.Officer(model.CommunityStaff, b.o.OtherCommunity, "外社工")
	_, street := b.Officer(model.StreetStaff, b.o.Street, "钱街道")
	to, draft := path("/v1/nodes/%d/public-notices", b.o.Community.ID), path("/v1/nodes/%d/public-notice-draft?year=2026&quarter=1", b.o.Community.ID)
	b.Post("", to, firstQuarter).Refused(401, "session.required")
	for _, token := range []string{b.holder, street} {
		b.Post(token, to, firstQuarter).Refused(403, "role.not_allowed")
		b.Get(token, draft).Refused(403, "role.not_allowed")
	}
	b.Post(foreign, to, firstQuarter).Refused(404, "node.not_found")
	b.Get(foreign, draft).Refused(404, "node.not_found")
	b.Post(b.staff, path("/v1/nodes/%d/public-notices", b.o.Grid.ID), firstQuarter).Refused(422, "public_notice.not_a_community")
	b.Get(b.staff, path("/v1/nodes/%d/public-notice-draft?year=2026&quarter=1", b.o.Unit.ID)).Refused(422, "public_notice.not_a_community")
	b.Post(b.staff, to, map[string]int{"year": 2026, "quarter": 5}).Refused(422, "http.invalid")
	b.Post(b.staff, to, map[string]int{"year": 2026, "quarter": 2}).Refused(409, "public_notice.quarter_not_over")
	b.published()
	b.Post(b.staff, to, firstQuarter).Refused(409, "public_notice.published_already")
	for _, address := range []string{"/v1/public-notices/999999", "/v1/public-notices/999999/lines"} {
		b.Get("", address).Refused(404, "public_notice.not_found")
	}
	b.Get("", "/v1/nodes/999999/public-notices").Refused(404, "node.not_found")
}

func TestPublicNotice_publishedTwiceAtOnceIsOne(t *testing.T) {
	b := newBureau(t)
	b.inApril(0)
	answers := make([]edge.Answer, 6)
	b.Race(len(answers), func(i int) {
		answers[i] = b.Do(b.API, b.staff, "POST", path("/v1/nodes/%d/public-notices", b.o.Community.ID), firstQuarter)
	})
	won := 0
	for _, a := range answers {
		if a.Status == 200 {
			won++
		} else {
			a.Refused(409, "public_notice.published_already")
		}
	}
	if won != 1 {
		t.Fatalf("%d notices", won)
	}
}

var wrongDate = map[string]string{"text": "第3行的日期不对"}

func TestObjection_upheldStandsBesideTheNoticeAndTheObjectorIsTold(t *testing.T) {
	b := newBureau(t)
	b.inApril(0)
	n := b.published()
	address := "/v1/public-notices/" + n.ID
	before := b.Get("", address).Expect(200)
	var o, other struct{ ID string }
	b.Post(b.holder, address+"/objections", wrongDate).Expect(200).Has("张卫东", `"title":"待答复"`).Into(&o)
	b.Get(b.staff, "/v1/notices").Expect(200).Has("公示有新的异议", "张**").HasNot("张卫东", "第3行")
	b.Get(b.staff, path("/v1/nodes/%d/objections?state=open", b.o.Community.ID)).Expect(200).Has("第3行的日期不对", "张**").HasNot("张卫东")
	b.Get("", address).Expect(200).Has(`"open":1`).HasNot("第3行")

	b.Post(b.staff, "/v1/objections/"+o.ID+"/uphold", map[string]string{"answer": "应为3月2日"}).Expect(200).Has(`"state":"upheld"`)
	b.Get(b.holder, "/v1/notices").Expect(200).Has("异议已答复", "应为3月2日")
	b.Get(b.holder, "/v1/me/objections").Expect(200).Has("应为3月2日", "张卫东")
	b.Get(b.holder, "/v1/me/data").Expect(200).Has("第3行的日期不对")
	after := b.Get("", address).Expect(200).Has(`"open":0,"upheld":1,"rejected":0`, `"corrections":[{"text":"应为3月2日","at":"2026-04-01T00:00:00+08:00"}]`).HasNot("张", "第3行")
	cut := func(a edge.Answer) string { head, _, _ := strings.Cut(string(a.Body), `"objections"`); return head }
	if cut(before) != cut(after) {
		t.Errorf("the notice itself has changed: %s and %s", before.Body, after.Body)
	}

	b.Post(b.holder, address+"/objections", wrongDate).Expect(200).Into(&other)
	b.Post(b.staff, "/v1/objections/"+other.ID+"/reject", map[string]string{"answer": "经核实无误"}).Expect(200)
	b.Get("", address).Expect(200).Has(`"open":0,"upheld":1,"rejected":1`).HasNot("经核实无误")
	_, auditor := b.Officer(model.Auditor, b.o.Community, "周审计")
	b.Get(auditor, path("/v1/nodes/%d/audit", b.o.Community.ID)).Expect(200).Has("objection.raise", "objection.upheld", "objection.rejected").HasNot("第3行")
}

func TestObjection_refusals(t *testing.T) {
	b := newBureau(t)
	b.inApril(0)
	n := b.published()
	to := "/v1/public-notices/" + n.ID + "/objections"
	_, foreign := b.Officer(model.CommunityStaff, b.o.OtherCommunity, "外社工")
	b.Post("", to, wrongDate).Refused(401, "session.required")
	b.Post(b.Stranger("x"), to, wrongDate).Refused(403, "binding.required")
	b.Post(foreign, to, wrongDate).Refused(403, "objection.not_your_community")
	b.Post(b.holder, "/v1/public-notices/999999/objections", wrongDate).Refused(404, "public_notice.not_found")
	b.Post(b.holder, to, map[string]string{"text": " \n "}).Refused(422, "text.empty")
	var o struct{ ID string }
	b.Post(b.holder, to, wrongDate).Expect(200).Into(&o)
	b.Post(b.holder, to, wrongDate).Refused(409, "objection.open_already")

	answer := map[string]string{"answer": "经核实无误"}
	for _, verb := range []string{"/uphold", "/reject"} {
		b.Post(b.holder, "/v1/objections/"+o.ID+verb, answer).Refused(403, "role.not_allowed")
		b.Post(foreign, "/v1/objections/"+o.ID+verb, answer).Refused(404, "objection.not_found")
		b.Post(b.staff, "/v1/objections/999999"+verb, answer).Refused(404, "objection.not_found")
		b.Post(b.staff, "/v1/objections/"+o.ID+verb, map[string]string{"answer": " "}).Refused(422, "text.empty")
	}
	b.Get(foreign, path("/v1/nodes/%d/objections", b.o.Community.ID)).Refused(404, "node.not_found")
	b.Post(b.staff, "/v1/objections/"+o.ID+"/reject", answer).Expect(200)
	b.Post(b.staff, "/v1/objections/"+o.ID+"/uphold", answer).Refused(409, "objection.answered_already")
	b.Get("", "/v1/public-notices/"+n.ID).Expect(200).Has(`"corrections":[]`)
}

func TestObjection_nobodyAnswersTheirOwn(t *testing.T) {
	b := newBureau(t)
	b.inApril(0)
	n := b.published()
	b.Appoint(b.volunteer, model.CommunitySecretary, b.o.Community)
	own := b.SignIn(b.volunteer)
	var o struct{ ID string }
	b.Post(own, "/v1/public-notices/"+n.ID+"/objections", wrongDate).Expect(200).Into(&o)
	b.Post(own, "/v1/objections/"+o.ID+"/uphold", map[string]string{"answer": "应为3月2日"}).Refused(403, "objection.own")
	b.Post(own, "/v1/objections/"+o.ID+"/reject", map[string]string{"answer": "应为3月2日"}).Refused(403, "objection.own")
}

func TestObjection_raisedTwiceAndAnsweredTwiceAtOnceIsOnce(t *testing.T) {
	b := newBureau(t)
	b.inApril(0)
	n := b.published()
	answers := make([]edge.Answer, 4)
	b.Race(len(answers), func(i int) {
		answers[i] = b.Do(b.API, b.holder, "POST", "/v1/public-notices/"+n.ID+"/objections", wrongDate)
	})
	var o struct{ ID string }
	once(t, answers, 409, "objection.open_already").Into(&o)
	b.Race(len(answers), func(i int) {
		answers[i] = b.Do(b.API, b.staff, "POST", "/v1/objections/"+o.ID+"/"+[]string{"uphold", "reject"}[i%2], map[string]string{"answer": "答复"})
	})
	once(t, answers, 409, "objection.answered_already")
}

// once fails unless one of the answers succeeded and all others were refused, and gives that one.
func once(t *testing.T, answers []edge.Answer, status int, code string) (won edge.Answer) {
	t.Helper()
	n := 0
	for _, a := range answers {
		if a.Status == 200 {
			won, n = a, n+1
		} else {
			a.Refused(status, code)
		}
	}
	if n != 1 {
		t.Fatalf("%d succeeded", n)
	}
	return won
}

func TestPublicNotice_listsWhatWasHandedOutWithMaskedNamesAndNothingElse(t *testing.T) {
	s := newShop(t, nil)
	b := &bureau{Kit: s.Kit, o: s.o, staff: s.staff}
	r := s.redeemed(s.token)
	s.redeemed(s.token) // waits still
	s.handOut(s.staff, r.Code).Expect(200)
	draft := path("/v1/nodes/%d/public-notice-draft?year=2026&quarter=1", s.o.Community.ID)
	line := `{"name":"张**","reward":"食用油","points":40,"day":"2026-03-05"}`
	b.Get(s.staff, draft).Expect(200).Has(`"lines":[`+line+`]`, `"redemptions":1`, `"fen_spent":500`, `"points_redeemed":80`).HasNot("张卫东")
	b.inApril(0)
	n := b.published()
	b.Get("", "/v1/public-notices/"+n.ID).Expect(200).Has(`"redemptions":1`, `"fen_spent":500`)
	b.Get("", "/v1/public-notices/"+n.ID+"/lines").Expect(200).Has(`"items":[`+line+`]`).HasNot("张卫东", "next")
}
