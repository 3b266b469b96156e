package service

import (
	"context"

	"danyuan/model"
	"danyuan/service/paper"
)

// DemoCode is a unit's valid code, for somebody who tries the demo and has no poster to scan.
type DemoCode struct {
	Place string
	Code  string
	QR    paper.Code // opens the link of the code
}

// mostDemoCodes are a few sheets of paper; a filled district has thousands of units.
const mostDemoCodes = 48

// DemoCodes lists the oldest valid codes of units: the demo's own, which were made before any others. link
// gives the address that a code's QR code opens.
func (s *Service) DemoCodes(ctx context.Context, link func(code string) string) ([]DemoCode, error) {
	h := s.DB.Read(ctx)
	codes, err := model.OldestUnitCodes(h, mostDemoCodes)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(codes))
	for i, c := range codes {
		ids[i] = c.NodeID
	}
	units, err := model.NodesByIDs(h, ids)
	if err != nil {
		return nil, err
	}
	paths := make([]string, len(units))
	pathOf := map[int64]string{}
	for i, u := range units {
		paths[i], pathOf[u.ID] = u.Path, u.Path
	}
	places, err := model.PlaceNames(h, paths)
	if err != nil {
		return nil, err
	}
	out := make([]DemoCode, len(codes))
	for i, c := range codes {
		out[i] = DemoCode{Place: places[pathOf[c.NodeID]], Code: c.Code}
		if out[i].QR, err = paper.CodeOf(link(c.Code)); err != nil {
			return nil, err
		}
	}
	return out, nil
}
