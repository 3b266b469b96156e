package service

import (
	"context"
	"time"

	"danyuan/model"
)

// RunImport is the job's body, for tests that stand outside.
func (s *Service) RunImport(ctx context.Context, id int64) error { return s.runImport(ctx, id) }

// CheckRow reads one row of a roster and gives what it would store and what is wrong with it.
func CheckRow(cells []string, now time.Time) (model.Person, []string) {
	faults := &faultList{}
	row := checkPerson(2, cells, now, faults)
	var texts []string
	for _, f := range faults.kept {
		texts = append(texts, f.ColumnName+": "+f.Text)
	}
	return model.Person{
		Name: row.name, Phone: row.phone, IDNumber: row.idNumber, BirthDate: row.birth, Membership: row.membership, Address: row.address,
	}, texts
}

// ValidRows gives a valid row of each table, as the template shows it.
func ValidRows() map[string][]string {
	out := map[string][]string{}
	for kind, columns := range importColumns {
		for _, c := range columns {
			out[string(kind)] = append(out[string(kind)], c.Example)
		}
	}
	return out
}

// RunImportWith is the job's body for a roster; at is told after each batch of rows whether it was
// checked or written. An error of at is a crash there.
func (s *Service) RunImportWith(ctx context.Context, id int64, at func(written bool) error) error {
	imp, err := s.beginImport(ctx, id)
	if err != nil {
		return err
	}
	kind := func(now time.Time) importing[rosterRow] {
		w := roster(now)
		settle := w.settle
		w.settle = func(p *pass, rows []rosterRow) error {
			if err := settle(p, rows); err != nil {
				return err
			}
			return at(p.write != nil)
		}
		return w
	}
	return s.giveUpImport(ctx, imp, importRows(ctx, s, imp, rosterColumns, kind))
}
