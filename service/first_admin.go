package service

import (
	"context"
	"errors"

	"danyuan/model"
)

// FirstAdmin makes somebody the first district admin of the district with a division code: once, by
// command on the server, and never again once there has been any district admin. Somebody of that name
// and phone who stands in the roster already is taken, else a person is made at the district. They
// sign in and bind by phone like everybody.
func (s *Service) FirstAdmin(ctx context.Context, name, phone, districtCode string) error {
	name, err := cleanName("name", name)
	if err != nil {
		return err
	}
	if phone, err = model.CleanPhone(phone); err != nil {
		return err
	}
	_, err = inTx(ctx, s, Command{}, func(t *tx) (struct{}, error) {
		if err := model.LockOrg(t.DB); err != nil {
			return struct{}{}, err
		}
		ever, err := model.EverAdmin(t.DB)
		if err != nil {
			return struct{}{}, err
		}
		if ever {
			return struct{}{}, model.ErrFirstAdmin
		}
		district, err := model.DivisionByCode(t.DB, model.District, districtCode)
		if errors.Is(err, model.ErrNodeNotFound) {
			err = model.ErrDivisionNone
		}
		if err != nil {
			return struct{}{}, err
		}
		p, err := t.personOfPhone(district, name, phone)
		if err != nil {
			return struct{}{}, err
		}
		a := model.Appointment{PersonID: p.ID, Role: model.DistrictAdmin, NodeID: district.ID, StartsAt: t.now, AppointedAt: t.now}
		if err := t.appoint(&a); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, t.tellAppointed(a, district)
	})
	return err
}

// personOfPhone gives the one person with a name and phone, made at a node when there is none.
func (t *tx) personOfPhone(at model.Node, name, phone string) (model.Person, error) {
	known, err := model.PersonsByPhone(t.DB, phone)
	if err != nil {
		return model.Person{}, err
	}
	for _, p := range known {
		if joinHan(p.Name) == name {
			return p, nil
		}
	}
	return t.enterServing(at, name, phone)
}
