package service

import (
	"context"
	"slices"

	"danyuan/model"
	"danyuan/service/paper"
)

// MyChildren lists whose guardian the actor is, was, or has asked to be, the newest first.
func (s *Service) MyChildren(ctx context.Context, by model.Actor, slice model.Slice) ([]SeenGuardianship, error) {
	rows, err := model.GuardianshipsBy(s.DB.Read(ctx), by.PersonID, slice)
	return seeGuardianships(rows, s.now()), err
}

// actsFor is guardedBy for the actor.
func (t *tx) actsFor(child int64) (model.Person, error) { return t.guardedBy(child, t.by.PersonID) }

// guardedBy gives a child for whom somebody acts now: they are a confirmed guardian who has agreed, and the
// child is under 14 by the clock. Anybody else's child is not found.
func (t *tx) guardedBy(child, guardian int64) (model.Person, error) {
	g, err := model.OpenGuardianship(t.DB, child, guardian)
	if err != nil || g == nil || !g.Acts() {
		return model.Person{}, or(err, model.ErrChildNotFound)
	}
	p, err := model.PersonByID(t.DB, child)
	if err == nil && !p.IsChild(t.now) {
		err = model.ErrChildNotFound
	}
	return p, err
}

// ChildData gives a guardian everything that is held of their child, whole, save what the child has hidden from the
// chief who the guardian is. Each reading is in the audit log before anything is given out. Refusal: guardian.child_not_found, also from the day the child is 14.
func (s *Service) ChildData(ctx context.Context, by model.Actor, child int64) (MyData, error) {
	account, err := inTx(ctx, s, Command{By: by}, func(t *tx) (int64, error) {
		p, err := t.actsFor(child)
		if err != nil {
			return 0, err
		}
		b, err := model.ActiveBindingOfPerson(t.DB, p.ID)
		if err != nil {
			return 0, err
		}
		user := int64(0)
		if b != nil {
			user = b.UserID
		}
		return user, t.audit("child.read", p.NodeID, "person", p.ID, "data")
	})
	if err != nil {
		return MyData{}, err
	}
	d, err := s.dataOf(s.DB.Read(ctx), account, child, by.Led(s.now()))
	d.Matters = slices.DeleteFunc(d.Matters, func(m model.HeldMatter) bool { return m.HiddenFrom(by, s.now()) })
	return d, err
}

// ChildRecord gives a guardian the volunteer record of their child. Each reading is in the audit log.
func (s *Service) ChildRecord(ctx context.Context, by model.Actor, child int64, slice model.Slice) (Record, error) {
	return inTx(ctx, s, Command{By: by}, func(t *tx) (Record, error) {
		p, err := t.actsFor(child)
		if err != nil {
			return Record{}, err
		}
		if err := t.audit("child.read", p.NodeID, "person", p.ID, "record"); err != nil {
			return Record{}, err
		}
		return recordOf(t.DB, p, slice)
	})
}

// ChildDataPaper draws a child's data as a PDF.
func (s *Service) ChildDataPaper(sections []DataSection) ([]byte, error) {
	return paper.Document{
		Title: "孩子的个人信息", At: s.now().In(model.Beijing), Sections: sections,
		Opening: "以下是系统里关于您孩子的全部数据，“您”指孩子。其中有完整的手机号、身份证号等，请妥善保管，不要转发给别人。",
	}.Write()
}
