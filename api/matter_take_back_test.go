package api_test

import (
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
)

// given reports a matter and has it given to the grid chief, whose appointment is told too.
func (w *ward) given() (matter, string) {
	w.Helper()
	m := w.report(w.volunteer, lamp(model.Named))
	w.do(w.secretary, &m, "give", "words", "单元长外出", "person_id", digits(w.gridChiefWho.ID)).Expect(200)
	var a model.Appointment
	w.Tx(func(tx *gorm.DB) error {
		return tx.Where("person_id = ? AND role = ?", w.gridChiefWho.ID, model.GridChief).Take(&a).Error
	})
	return m, idText(a.ID)
}

func (w *ward) seen(token string, m *matter) {
	w.Helper()
	id := m.ID
	*m = matter{}
	w.Get(token, "/v1/matters/"+id).Expect(200).Into(m)
}

func TestTakeBack_whatWasGivenGoesBackToTheDeskWhenTheRoleEnds(t *testing.T) {
	w := newWard(t)
	m, role := w.given()
	w.do(w.gridChief, &m, "accept").Expect(200)
	w.Get(w.chief, "/v1/matters/waiting").Expect(200).HasNot(m.ID)
	endRole(w.Kit, w.staff, role).Expect(200)
	w.WorkOff()
	w.wantMoves(m, "report", "reassign", "accept", "take_back")
	w.Get(w.chief, "/v1/matters/waiting").Expect(200).Has(m.ID)
	w.Get(w.chief, "/v1/notices").Expect(200).Has("原来的承办人已经不再任职")
	w.seen(w.chief, &m)
	if m.State != "reported" || m.Step != "chief" || m.Handler != "" || !m.DueAt.Equal(testkit.Start.Add(24*time.Hour)) {
		t.Errorf("%+v", m)
	}
	w.do(w.chief, &m, "accept").Expect(200)
	w.verified()
}

func TestTakeBack_whenItEndsByItsDate(t *testing.T) {
	w := newWard(t)
	m, role := w.given()
	endRole(w.Kit, w.staff, role, w.Clock.Now().Add(time.Hour)).Expect(200)
	w.WorkOff()
	w.wantMoves(m, "report", "reassign")
	w.Move(time.Hour)
	w.WorkOff()
	w.wantMoves(m, "report", "reassign", "take_back")
}

func TestTakeBack_whenTheUnitOfWhoWasGivenItMovesToAnotherGrid(t *testing.T) {
	w := newWard(t)
	m := w.report(w.volunteer, lamp(model.Named))
	w.do(w.secretary, &m, "give", "words", "请隔壁单元长办", "person_id", digits(w.nextDoorWho.ID)).Expect(200)
	w.do(w.nextDoorChief, &m, "accept").Expect(200)
	w.Post(w.staff, path("/v1/nodes/%d/move", w.o.NextDoor.ID), map[string]any{"parent_id": digits(w.o.OtherGrid.ID), "reason": "网格调整"}).Expect(200)
	w.WorkOff()
	w.wantMoves(m, "report", "reassign", "accept", "take_back")
	w.Get(w.nextDoorChief, "/v1/matters/"+m.ID).Refused(404, "matter.not_found")
	w.Get(w.chief, "/v1/matters/waiting").Expect(200).Has(m.ID)
	w.verified()
}

func TestTakeBack_goesUpWhereNobodyWorks(t *testing.T) {
	w := newWard(t)
	m, role := w.given()
	w.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Appointment{}).Where("person_id = ?", w.chiefWho.ID).Update("ends_at", w.Clock.Now()).Error
	})
	endRole(w.Kit, w.staff, role).Expect(200)
	w.WorkOff()
	w.wantMoves(m, "report", "reassign", "take_back")
	w.Get(w.secretary, "/v1/matters/waiting").Expect(200).Has(m.ID)
	w.verified()
}

func TestTakeBack_whoHoldsAnotherOfficeInTheGridKeepsIt(t *testing.T) {
	w := newWard(t)
	m, role := w.given()
	w.Appoint(w.gridChiefWho, model.UnitChief, w.o.NextDoor)
	endRole(w.Kit, w.staff, role).Expect(200)
	w.WorkOff()
	w.wantMoves(m, "report", "reassign")
}

func TestTakeBack_whatIsAskedWaitsForTheAnswer(t *testing.T) {
	w := newWard(t)
	m, role := w.given()
	w.do(w.gridChief, &m, "ask", "words", "是几楼").Expect(200)
	endRole(w.Kit, w.staff, role).Expect(200)
	w.WorkOff()
	w.wantMoves(m, "report", "reassign", "ask")
	w.do(w.volunteer, &m, "answer", "words", "三楼").Expect(200)
	w.WorkOff()
	w.wantMoves(m, "report", "reassign", "ask", "answer", "take_back")
	w.verified()
}

// TestTakeBack_whenTheRoleEndsWhileTheMatterIsGiven: an end that nobody who gives it has seen yet must not leave the
// matter with somebody who has left.
func TestTakeBack_whenTheRoleEndsWhileTheMatterIsGiven(t *testing.T) {
	w := newWard(t)
	m := w.report(w.volunteer, lamp(model.Named))
	ended, held := make(chan struct{}), make(chan struct{})
	var ending sync.WaitGroup
	ending.Go(func() {
		w.Tx(func(tx *gorm.DB) error {
			if _, err := model.LockPerson(tx, w.gridChiefWho.ID); err != nil {
				return err
			}
			close(held)
			<-ended
			return tx.Model(&model.Appointment{}).Where("person_id = ?", w.gridChiefWho.ID).Update("ends_at", w.Clock.Now().Add(time.Second)).Error
		})
	})
	<-held
	time.AfterFunc(200*time.Millisecond, func() { close(ended) }) // by then the other one waits, or has given it in vain
	w.do(w.secretary, &m, "give", "words", "单元长外出", "person_id", digits(w.gridChiefWho.ID)).Expect(200)
	ending.Wait()
	w.Move(2 * time.Second)
	w.WorkOff()
	w.wantMoves(m, "report", "reassign", "take_back")
}
