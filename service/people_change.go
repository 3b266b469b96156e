package service

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"danyuan/model"
)

// NoticeRecord is the kind of notice that tells people of a change in what is held of them.
const NoticeRecord = "record"

// checkedInElsewhere is why a check-in ends of who lives in another community now.
const checkedInElsewhere = "已迁往别的社区"

// recordChange is a change of a person's record by the community.
type recordChange struct {
	person       int64
	lock         func(t *tx, person int64) (model.Person, error) // locks them, if the actor may change their record
	into         int64                                           // the unit that they move into, 0 for other changes
	what, reason string
	write        func(t *tx, p *model.Person, into model.Node) error
	offices      []int64 // nodes that are locked first
	seats        bool    // gives up what they have signed up for, whose activities are locked next
}

// lockResident locks somebody of the actor's community; nobody changes their own record.
func (t *tx) lockResident(person int64) (model.Person, error) {
	p, err := t.lockPersonFor(person, model.ChangePeople)
	if err == nil && p.ID == t.by.PersonID {
		err = model.ErrOwnRecord
	}
	return p, err
}

// ChangeMembership writes whether a person is a Party member, and where. Who is none any more shows no
// identity from that moment.
func (s *Service) ChangeMembership(ctx context.Context, cmd Command, person int64, m model.Membership, reason string) (model.Person, error) {
	return s.changeRecord(ctx, cmd, recordChange{person: person, lock: (*tx).lockResident, what: "membership", reason: reason, write: func(t *tx, p *model.Person, _ model.Node) error {
		if p.Membership == m {
			return model.ErrSameMembership
		}
		return t.setMembership(*p, m)
	}})
}

// RegisterLeft writes that a person has moved away. Their identity display, check-in and roles end, and they give up
// their seats in what has not begun; their account stays theirs, and gives no unit. Refusals also: role.not_yours_to_appoint when they hold
// a role that the actor may not end, role.last_admin.
func (s *Service) RegisterLeft(ctx context.Context, cmd Command, person int64, reason string) (model.Person, error) {
	offices, err := s.officesOf(ctx, person)
	if err != nil {
		return model.Person{}, err
	}
	return s.changeRecord(ctx, cmd, recordChange{person: person, lock: (*tx).lockResident, offices: offices, seats: true, what: "leave", reason: reason, write: func(t *tx, p *model.Person, _ model.Node) error {
		if p.State == model.PersonLeft {
			return model.ErrPersonGone
		}
		if err := t.leaveOffices(p.ID, offices); err != nil {
			return err
		}
		p.State, p.HouseholdID = model.PersonLeft, nil
		if err := model.StoreLeft(t.DB, p.ID, t.now); err != nil {
			return err
		}
		if err := endDisplay(t, p.ID, model.EndLeft); err != nil {
			return err
		}
		if err := t.tellUnled(p.ID); err != nil {
			return err
		}
		return t.endOpenCheckIn(p, "", leftOffice)
	}})
}

// MovePerson writes that a person lives in another room now, in the actor's scope too; who had moved
// away is here again. In another unit, or on another door, they show identity anew, if they wish; in another
// community they check in anew.
func (s *Service) MovePerson(ctx context.Context, cmd Command, person, unit int64, room, reason string) (model.Person, error) {
	room, err := model.NeedText("body.room", room, maxRoom, false)
	if err != nil {
		return model.Person{}, err
	}
	return s.changeRecord(ctx, cmd, recordChange{person: person, lock: (*tx).lockResident, into: unit, what: "move", reason: reason, write: func(t *tx, p *model.Person, into model.Node) error {
		home, err := model.HouseholdOfRoom(t.DB, into.ID, room, t.now)
		if err != nil {
			return err
		}
		if p.State == model.PersonHere && p.HouseholdID != nil && *p.HouseholdID == home.ID {
			return model.ErrSameHome
		}
		from := p.NodeID
		p.State, p.NodeID, p.HouseholdID = model.PersonHere, into.ID, &home.ID
		if err := model.StoreHome(t.DB, p.ID, home, t.now); err != nil {
			return err
		}
		if from == into.ID {
			return t.leaveDoor(p.ID)
		}
		if err := model.CarryRebindings(t.DB, p.ID, into.ID); err != nil {
			return err
		}
		if err := endDisplay(t, p.ID, model.EndMoved); err != nil {
			return err
		}
		return t.endOpenCheckIn(p, into.Path, checkedInElsewhere)
	}})
}

// changeRecord is what such changes have in common: the locks, the scope, that nobody changes their own
// record, and what must be written and told.
func (s *Service) changeRecord(ctx context.Context, cmd Command, c recordChange) (model.Person, error) {
	reason, err := model.NeedText("body.reason", c.reason, maxReason, false)
	if err != nil {
		return model.Person{}, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.Person, error) {
		if err := t.lockOffices(c.offices); err != nil {
			return model.Person{}, err
		}
		into, err := t.lockUnitFor(c.into)
		if err != nil {
			return model.Person{}, err
		}
		var coming []model.Activity
		if c.seats {
			if coming, err = t.lockComing(c.person); err != nil {
				return model.Person{}, err
			}
		}
		p, err := c.lock(t, c.person)
		if err != nil {
			return p, err
		}
		t.touch(model.PersonTopic(p.ID), model.NodeTopic(p.NodeID))
		t.mayLeaveDoor(p)
		if err := c.write(t, &p, into); err != nil {
			return p, err
		}
		if err := t.giveUpSeats(coming, p.ID); err != nil {
			return p, err
		}
		t.touch(model.NodeTopic(p.NodeID))
		return p, t.record(p, c.what, reason)
	})
}

// record writes down that a person's record was changed, and tells them.
func (t *tx) record(p model.Person, what, reason string) error {
	c := model.PersonChange{PersonID: p.ID, What: what, Reason: reason, ByPersonID: t.by.PersonID, At: t.now}
	if err := model.AddPersonChange(t.DB, &c); err != nil {
		return err
	}
	if err := t.audit("person."+what, p.NodeID, "person", p.ID, what); err != nil {
		return err
	}
	return t.notifyMany([]told{toldOfChange(p.ID, []string{what}, "record:"+strconv.FormatInt(c.ID, 10))})
}

// particularTitles says what the particulars of a person are called that are told when they change; of the rest of a
// record it is told that it has changed.
var particularTitles = map[string]string{"name": "姓名", "phone": "手机号", "id_number": "身份证号", "birth_date": "出生日期", "address": "户籍地址"}

// toldOfChange tells somebody what of their record was changed. A changed phone number lets its holder ask to be them:
// that is news about their account.
func toldOfChange(person int64, what []string, once string) told {
	var titles []string
	for _, w := range what {
		if title := particularTitles[w]; title != "" {
			titles = append(titles, title)
		}
	}
	title := "您的登记信息有变更"
	if len(titles) > 0 {
		title = "您登记的" + strings.Join(titles, "、") + "有变更"
	}
	if slices.Contains(what, "phone") {
		return told{person, NoticeBinding, title, "凭登记的手机号可以申请绑定您的身份。如果不是您本人要求的，请立即联系社区。改动和原因在“我的信息”里查看。", pageMine, once}
	}
	return told{person, NoticeRecord, title, "改动和原因可以在“我的信息”里查看。如有不符，请联系社区。", pageMine, once}
}

// lockUnitFor locks the unit that somebody moves into, if it is in the actor's scope; 0 is none.
func (t *tx) lockUnitFor(id int64) (model.Node, error) {
	if id == 0 {
		return model.Node{}, nil
	}
	n, err := t.lockNode(id, model.ChangePeople, model.ErrHomeNotFound)
	if err == nil && n.Kind != model.Unit {
		err = model.ErrHomeNotFound
	}
	return n, err
}
