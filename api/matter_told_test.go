package api_test

import (
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
)

// newsOf gives what a person was told since the test asked last, as title, body and page, the oldest first.
func (w *ward) newsOf(p model.Person) (news []string) {
	w.Helper()
	var all []model.Notice
	w.Tx(func(tx *gorm.DB) error {
		if err := tx.Where("person_id = ?", p.ID).Order("id").Find(&all).Error; err != nil {
			return err
		}
		return tx.Where("person_id = ?", p.ID).Delete(&model.Notice{}).Error
	})
	for _, n := range all {
		news = append(news, n.Title+" "+n.Body+" "+n.Page)
	}
	return news
}

// wantNews fails unless a person was told so many things since, the last of them with these texts.
func (w *ward) wantNews(what string, p model.Person, number int, texts ...string) {
	w.Helper()
	news := w.newsOf(p)
	if len(news) != number {
		w.Errorf("%s: told %d things, want %d: %q", what, len(news), number, news)
		return
	}
	for _, text := range texts {
		if !strings.Contains(news[number-1], text) {
			w.Errorf("%s: told %q, want %q", what, news[number-1], text)
		}
	}
}

// TestMatterTold_whoOfficersActForWhenTheReporterHasNoPhone: a question that is put to somebody without a phone reaches
// who can put it to them.
func TestMatterTold_whoOfficersActForWhenTheReporterHasNoPhone(t *testing.T) {
	w := newWard(t)
	_, _ = w.Officer(model.CommunitySecretary, w.o.Community, "社区书记")
	old := w.Person(w.o.Unit, "周奶奶")
	var m matter
	w.Post(w.secretary, path("/v1/people/%d/matters", old.ID), lamp(model.Named)).Expect(200).Into(&m)
	w.newsOf(w.secretaryWho)
	w.newsOf(w.chiefWho)
	w.do(w.chief, &m, "ask", "words", "哪一层?").Expect(200)
	w.wantNews("who entered it, of the question", w.secretaryWho, 1, "请代为补充", "单元长", "pages/matter/index?id="+m.ID)
	w.wantNews("who asked", w.chiefWho, 0)
	w.wantNews("who works above", w.staffWho, 0)
	w.do(w.secretary, &m, "answer", "words", "三楼").Expect(200)
	w.do(w.chief, &m, "resolve", "words", "换好了").Expect(200)
	w.wantNews("who entered it, of the rating", w.secretaryWho, 1, "请代为评价", "7天", "pages/matter/index?id="+m.ID)
	rate := map[string]any{"seen": m.Seen, "solved": true, "satisfied": true}
	w.Post(w.secretary, "/v1/matters/"+m.ID+"/rate", rate).Expect(200)

	// The chief who has entered it and seen to it does not say how well: the next above do.
	w.Post(w.chief, path("/v1/people/%d/matters", old.ID), lamp(model.Named)).Expect(200).Into(&m)
	w.newsOf(w.chiefWho)
	w.do(w.chief, &m, "resolve", "words", "换好了").Expect(200)
	w.wantNews("who saw to it", w.chiefWho, 0)
	w.wantNews("the next above", w.secretaryWho, 1, "请代为评价")
	w.wantNews("those above them", w.staffWho, 0)

	// Somebody with a phone is asked themselves.
	w.Post(w.secretary, path("/v1/people/%d/matters", w.meiWho.ID), lamp(model.Named)).Expect(200).Into(&m)
	w.newsOf(w.secretaryWho)
	w.newsOf(w.meiWho)
	w.do(w.chief, &m, "ask", "words", "哪一层?").Expect(200)
	w.wantNews("who entered it", w.secretaryWho, 0)
	w.wantNews("the reporter", w.meiWho, 1, "请补充")
}

// TestMatter_byProxyIsAnsweredWhenWhoEnteredItHasLeft: the question waits for nobody for ever.
func TestMatter_byProxyIsAnsweredWhenWhoEnteredItHasLeft(t *testing.T) {
	w := newWard(t)
	old := w.Person(w.o.Unit, "周奶奶")
	var m matter
	w.Post(w.secretary, path("/v1/people/%d/matters", old.ID), lamp(model.Named)).Expect(200).Into(&m)
	w.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Appointment{}).Where("person_id = ?", w.secretaryWho.ID).Updates(map[string]any{"ends_at": w.Clock.Now(), "open_key": nil}).Error
	})
	w.Move(time.Second)
	w.newsOf(w.secretaryWho)
	w.newsOf(w.staffWho)
	w.do(w.chief, &m, "ask", "words", "哪一层?").Expect(200)
	w.wantNews("who has left", w.secretaryWho, 0)
	w.wantNews("who can answer now", w.staffWho, 1, "请代为补充")
	w.do(w.chief, &m, "answer", "words", "我猜是三楼").Refused(403, "matter.not_your_report")
	w.do(w.staff, &m, "withdraw").Refused(403, "matter.not_your_report")
	w.do(w.staff, &m, "answer", "words", "奶奶说是三楼").Expect(200)
	if last := m.Events[len(m.Events)-1]; last.For != "周奶奶" || last.By != "陈社工" || last.Role != "代上报人" {
		t.Errorf("%+v", last)
	}
	w.verified()
}

// TestMatterTold_whoLosesAMatterLearnsThatAndIsSentToNoPageThatIsClosedToThem: by time, or because it is given away.
func TestMatterTold_whoLosesAMatterLearnsThatAndIsSentToNoPageThatIsClosedToThem(t *testing.T) {
	w := newWard(t)
	m := w.report(w.volunteer, lamp(model.Named))
	w.newsOf(w.chiefWho)
	give := func(to model.Person) {
		t.Helper()
		w.do(w.secretary, &m, "give", "words", "单元长外出", "person_id", digits(to.ID)).Expect(200)
	}
	give(w.gridChiefWho)
	w.wantNews("the chief", w.chiefWho, 1, "改派", "staff/desk/index")
	w.wantNews("whom it is given to", w.gridChiefWho, 1, "改派给您", "pages/matter/index?id="+m.ID)
	give(w.nextDoorWho)
	w.wantNews("the chief, who had it no more", w.chiefWho, 0)
	w.wantNews("whom it was given to before", w.gridChiefWho, 1, "改派", "staff/desk/index")
	w.newsOf(w.nextDoorWho)
	w.tick(20 * time.Hour)
	w.newsOf(w.nextDoorWho)
	w.tick(5 * time.Hour)
	w.wantNews("who let the time pass", w.nextDoorWho, 1, "自动转交网格党支部", "staff/desk/index")
	w.Get(w.nextDoorChief, "/v1/matters/"+m.ID).Refused(404, "matter.not_found")

	// From the chief's own desk it is raised, and they may see how it goes on.
	m = w.report(w.volunteer, lamp(model.Named))
	w.tick(20 * time.Hour)
	w.newsOf(w.chiefWho)
	w.tick(5 * time.Hour)
	w.wantNews("the chief", w.chiefWho, 1, "自动转交网格党支部", "pages/matter/index?id="+m.ID)
	w.Get(w.chief, "/v1/matters/"+m.ID).Expect(200)
}

// TestMatterTold_whoHasLeftOfficeIsToldNothing: an office that has ended gives nothing from that moment.
func TestMatterTold_whoHasLeftOfficeIsToldNothing(t *testing.T) {
	w := newWard(t)
	asked, role := w.given()
	w.do(w.gridChief, &asked, "ask", "words", "是几楼").Expect(200)
	gone, _ := w.given()
	done, _ := w.given()
	w.do(w.gridChief, &done, "resolve", "words", "好了").Expect(200)
	endRole(w.Kit, w.staff, role).Expect(200)
	w.newsOf(w.gridChiefWho)
	w.do(w.volunteer, &asked, "answer", "words", "三楼").Expect(200)
	w.do(w.volunteer, &gone, "withdraw").Expect(200)
	w.Post(w.volunteer, "/v1/matters/"+done.ID+"/rate", map[string]any{"seen": done.Seen, "solved": true, "satisfied": true}).Expect(200)
	w.wantNews("who has left", w.gridChiefWho, 0)
	w.newsOf(w.chiefWho)
	w.WorkOff()
	w.wantNews("who goes on with it", w.chiefWho, 1, "原来的承办人已经不再任职")
}

// TestMatterTold_whoHasJoinedLearnsThatItIsWithdrawn: nobody sees to what they have not reported themselves.
func TestMatterTold_whoHasJoinedLearnsThatItIsWithdrawn(t *testing.T) {
	w := newWard(t)
	m := w.report(w.volunteer, lamp(model.Named))
	w.WorkOff()
	w.Post(w.mei, "/v1/matters/"+m.ID+"/join", nil).Expect(200)
	w.do(w.volunteer, &m, "withdraw", "words", "我家搬走了").Expect(200)
	w.wantNews("who has joined", w.meiWho, 1, "撤回", "请您自己上报", "pages/matter/index?id="+m.ID)
	w.Get(w.mei, "/v1/matters/"+m.ID).Expect(200).Has("withdrawn").HasNot("我家搬走了")
}

// TestMatterTold_atTheTopNothingIsPassedOn: what the community is warned of goes to nobody else by itself.
func TestMatterTold_atTheTopNothingIsPassedOn(t *testing.T) {
	w := newWard(t)
	m := w.report(w.volunteer, lamp(model.Named))
	w.do(w.chief, &m, "pass-up", "words", "办不了").Expect(200)
	w.do(w.secretary, &m, "pass-up", "words", "办不了").Expect(200)
	w.newsOf(w.staffWho)
	w.Move(m.DueAt.Sub(w.Clock.Now()) - time.Hour)
	w.tick(0)
	w.wantMoves(m, "report", "pass_up", "pass_up", "warn")
	news := w.newsOf(w.staffWho)
	if len(news) != 1 || strings.Contains(news[0], "转交") || !strings.Contains(news[0], "快到时限") {
		t.Errorf("told %q", news)
	}
}

// TestMatterMoves_repeatedByWhoSeesItNoMoreAreDone: an answer that got lost is asked for again.
func TestMatterMoves_repeatedByWhoSeesItNoMoreAreDone(t *testing.T) {
	w := newWard(t)
	m, _ := w.given()
	body := map[string]any{"seen": m.Seen, "words": "要支部协调"}
	url := "/v1/matters/" + m.ID + "/pass-up"
	w.Post(w.gridChief, url, body, "Idempotency-Key", "pass-up-once").Expect(200)
	w.Post(w.gridChief, url, body, "Idempotency-Key", "pass-up-once").Refused(409, "command.done")
	w.Post(w.gridChief, url, body).Refused(404, "matter.not_found")
	w.wantMoves(m, "report", "reassign", "pass_up")
}
