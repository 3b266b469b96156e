package service

import (
	"context"
	"errors"

	"danyuan/model"
)

// maxAddress is how long a registered residence may be.
const maxAddress = 100

// CorrectPerson puts right one of the particulars (Person.SetParticular) of a person of the actor's community; "" clears
// phone, id_number and address. With an id number comes the birth date that is in it. Refusals also:
// person.own_record, person.same_particular, person.birth_in_number, binding.officers_account (mayIdentifyAs),
// guardian.child_without_consent (mayAddOfChild), person.id_number_taken: then whom the number has found is
// in the audit log as searched for.
func (s *Service) CorrectPerson(ctx context.Context, cmd Command, person int64, what, value, reason string) (model.Person, error) {
	return s.correct(ctx, cmd, (*tx).lockResident, person, what, value, reason)
}

// CorrectOfficer puts right name, phone or id_number of somebody whom the actor appoints, wherever they are registered:
// the records of who serves above the communities no community keeps. Refusals: person.not_found for who holds no office
// under the actor, binding.officers_account for one who holds another beside it, and those of CorrectPerson.
func (s *Service) CorrectOfficer(ctx context.Context, cmd Command, person int64, what, value, reason string) (model.Person, error) {
	return s.correct(ctx, cmd, (*tx).lockOfficer, person, what, value, reason)
}

func (s *Service) correct(
	ctx context.Context, cmd Command, lock func(t *tx, person int64) (model.Person, error), person int64, what, value, reason string,
) (model.Person, error) {
	value, err := s.cleanParticular(what, value)
	if err != nil {
		return model.Person{}, err
	}
	var holder model.Person
	p, err := s.changeRecord(ctx, cmd, recordChange{person: person, lock: lock, what: what, reason: reason, write: func(t *tx, p *model.Person, _ model.Node) error {
		was := *p
		if err := p.SetParticular(model.KeysOf(t.DB), what, value); err != nil {
			return err
		}
		if err := t.mayIdentifyAs(was, *p); err != nil {
			return err
		}
		if err := t.mayAddOfChild(was, *p); err != nil {
			return err
		}
		if p.Phone != was.Phone {
			if err := t.endRebindings(was); err != nil {
				return err
			}
		}
		if p.Name != was.Name {
			if err := t.touchOffices([]int64{p.ID}); err != nil {
				return err
			}
		}
		if p.IDNumber != was.IDNumber && p.IDNumber != "" {
			var err error
			if holder, err = t.holderOf(*p.IDNumberIndex); err != nil || holder.ID != 0 {
				return or(err, model.ErrIDNumberTaken)
			}
		}
		return model.StoreParticulars(t.DB, *p, t.now)
	}})
	if errors.Is(err, model.ErrIDNumberTaken) && holder.ID != 0 {
		return p, or(s.auditFound(ctx, cmd.By, holder, what), err)
	}
	return p, err
}

// mayIdentifyAs keeps somebody whose account the actor may not move from being signed in as by another phone or id number,
// and from being shut out of their office as a child.
func (t *tx) mayIdentifyAs(was, now model.Person) error {
	child := now.IsChild(t.now) && !was.IsChild(t.now)
	if now.Phone == was.Phone && now.IDNumber == was.IDNumber && !child {
		return nil
	}
	may, err := t.mayMoveAccount(now.ID)
	switch {
	case err != nil || may:
		return err
	case child:
		return model.ErrOfficersAccount.Saying("这位居民担任的职务不由您任免，不能登记为未满14周岁。请对照证件核对；没有错的，请先联系上一级结束任职。")
	}
	return model.ErrOfficersAccount.Saying("这位居民担任的职务不由您任免，手机号和身份证号也不由您改正。请联系能任免的人：社区党委书记在居民名册里改正，区级管理员在管理台的“任职”里改正。")
}

// mayAddOfChild keeps phone, id number and address of a child from being registered while no guardian agrees, who may
// have had them deleted. Name and birth date belong to the roster; and who was taken for a child is none from now on.
func (t *tx) mayAddOfChild(was, now model.Person) error {
	adds := now.Phone != was.Phone && now.Phone != "" || now.IDNumber != was.IDNumber && now.IDNumber != "" || now.Address != was.Address && now.Address != ""
	if !adds || !was.IsChild(t.now) {
		return nil
	}
	return t.needGuardian(now)
}

// cleanParticular gives a particular as it is stored.
func (s *Service) cleanParticular(what, value string) (clean string, err error) {
	switch {
	case what == "name":
		clean, err = cleanName("body.value", value)
	case what == "birth_date":
		clean, err = model.CleanBirthDate(value, s.now())
	case what == "address":
		clean, err = model.CleanText("body.value", value, maxAddress, false)
	case value == "":
	case what == "phone":
		clean, err = model.CleanPhone(value)
	default:
		clean, _, err = model.CleanIDNumber(value, s.now())
	}
	return clean, err
}

// holderOf gives who has an id number, wherever they live; nobody has the id 0.
func (t *tx) holderOf(index string) (model.Person, error) {
	people, err := model.PersonsByIDNumbers(t.DB, []string{index}, false)
	if err != nil || len(people) == 0 {
		return model.Person{}, err
	}
	return people[0], nil
}

// auditFound enters whom a refused command has found, as somebody who was searched for: a refusal leaves nothing else
// behind.
func (s *Service) auditFound(ctx context.Context, by model.Actor, found model.Person, what string) error {
	_, err := inTx(ctx, s, Command{By: by}, func(t *tx) (struct{}, error) {
		return struct{}{}, t.audit("person.search", found.NodeID, "person", found.ID, what)
	})
	return err
}
