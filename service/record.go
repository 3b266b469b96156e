package service

import (
	"context"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
)

// Record is a person's volunteer record (志愿服务记录): a part of the services, and the sums of them all.
// Points that were redeemed and moving house change nothing of it.
type Record struct {
	Holder   model.Person
	Totals   model.RecordTotals
	Services []RecordedService
}

// RecordedService is a service with where its organiser is.
type RecordedService struct {
	model.RecordedService
	Organiser string
}

// End gives when the service ended.
func (r RecordedService) End() time.Time {
	if r.EndsAt == nil { // confirmed hours have an end
		return r.StartsAt.Add(time.Duration(r.Minutes) * time.Minute)
	}
	return *r.EndsAt
}

// MyRecord gives the actor's own record.
func (s *Service) MyRecord(ctx context.Context, by model.Actor, slice model.Slice) (Record, error) {
	if by.PersonID == 0 {
		return Record{}, model.ErrBindFirst
	}
	h := s.DB.Read(ctx)
	p, err := model.PersonByID(h, by.PersonID)
	if err != nil {
		return Record{}, err
	}
	return recordOf(h, p, slice)
}

// ReadRecord gives the record of somebody whom the actor's community has on its roster; anybody else is
// not found. Each reading is in the audit log before anything is given out.
func (s *Service) ReadRecord(ctx context.Context, by model.Actor, person int64, slice model.Slice) (Record, error) {
	return inTx(ctx, s, Command{By: by}, func(t *tx) (Record, error) {
		p, err := model.PersonByID(t.DB, person)
		if err != nil {
			return Record{}, err
		}
		if _, err := t.nodeOfPerson(p, model.ReadRecords); err != nil {
			return Record{}, err
		}
		if err := t.audit("record.read", p.NodeID, "person", p.ID, ""); err != nil {
			return Record{}, err
		}
		return recordOf(t.DB, p, slice)
	})
}

func recordOf(h *gorm.DB, p model.Person, slice model.Slice) (Record, error) {
	r := Record{Holder: p}
	services, err := model.RecordOf(h, p.ID, slice)
	if err != nil {
		return r, err
	}
	if r.Totals, err = model.TotalsOf(h, p.ID); err != nil {
		return r, err
	}
	r.Services, err = organised(h, services)
	return r, err
}

// organised says of services who organised them: a place, or an association there.
func organised(h *gorm.DB, services []model.RecordedService) ([]RecordedService, error) {
	paths := make([]string, len(services))
	for i, service := range services {
		paths[i] = service.NodePath
	}
	names, err := model.PlaceNames(h, paths)
	out := make([]RecordedService, len(services))
	for i, service := range services {
		out[i] = RecordedService{service, names[service.NodePath] + service.AssociationName}
	}
	return out, err
}
