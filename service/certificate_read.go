package service

import (
	"context"
	"errors"

	"danyuan/model"
	"danyuan/service/paper"
)

// MyCertificates lists the actor's certificates, the newest first.
func (s *Service) MyCertificates(ctx context.Context, by model.Actor, slice model.Slice) ([]model.ListedCertificate, error) {
	return model.CertificatesOf(s.DB.Read(ctx), by.PersonID, slice)
}

// CertificatesAt lists the certificates of a community, or of those below a node; "" is every state.
func (s *Service) CertificatesAt(ctx context.Context, by model.Actor, node int64, state model.CertificateState, slice model.Slice) ([]model.ListedCertificate, error) {
	n, err := s.nodeFor(ctx, by, node, model.CertifyService, model.ErrNodeNotFound)
	if err != nil {
		return nil, err
	}
	return model.CertificatesUnder(s.DB.Read(ctx), n.Path, state, slice)
}

// Certificate gives one certificate to the two who hold it: the person, and the community. For anybody
// else there is none.
func (s *Service) Certificate(ctx context.Context, by model.Actor, id int64) (model.ListedCertificate, error) {
	c, err := model.ListedCertificateByID(s.DB.Read(ctx), id)
	if err == nil && c.PersonID != by.PersonID && !by.May(model.CertifyService, c.CommunityPath, s.now()) {
		return model.ListedCertificate{}, model.ErrCertificateNotFound
	}
	return c, err
}

// CertificateFile draws a certificate as PDF for the two who hold it, and names the file. That somebody
// of the community takes one away is in the audit log first. Refusals: certificate.not_found,
// certificate.not_issued, certificate.revoked.
func (s *Service) CertificateFile(ctx context.Context, by model.Actor, id int64) (name string, pdf []byte, err error) {
	c, err := s.certificateFor(ctx, by, id)
	if err != nil {
		return "", nil, err
	}
	text, err := c.Says()
	if err != nil {
		return "", nil, err
	}
	pdf, err = drawing(c.Certificate, text).Write()
	return "志愿服务记录证明-" + *c.Number, pdf, err
}

func (s *Service) certificateFor(ctx context.Context, by model.Actor, id int64) (model.ListedCertificate, error) {
	c, err := model.WholeCertificate(s.DB.Read(ctx), id)
	staff := err == nil && c.PersonID != by.PersonID
	switch {
	case err != nil:
		return c, err
	case staff && !by.May(model.CertifyService, c.CommunityPath, s.now()):
		return c, model.ErrCertificateNotFound
	case c.State == model.CertificateRevoked:
		return c, model.ErrCertificateRevoked
	case c.State != model.CertificateIssued:
		return c, model.ErrCertificateNone
	case staff:
		_, err = inTx(ctx, s, Command{By: by}, func(t *tx) (struct{}, error) {
			return struct{}{}, t.audit("certificate.read", c.CommunityID, "certificate", id, "")
		})
	}
	return c, err
}

// drawing hands over what a certificate says to be drawn, with times as people here read them.
func drawing(c model.Certificate, text model.CertificateText) paper.Certificate {
	from, until := c.Period()
	d := paper.Certificate{
		Number: *c.Number, Code: c.Code, Holder: text.Holder, IDNumber: text.IDNumber,
		From: from.In(model.Beijing), To: until.AddDate(0, 0, -1).In(model.Beijing),
		Issuer: text.Issuer, IssuedAt: c.DecidedAt.In(model.Beijing), Services: text.Services, Minutes: text.Minutes,
		Site: text.Site,
	}
	for _, l := range text.Lines {
		d.Lines = append(d.Lines, paper.Line{
			Start: l.StartsAt.In(model.Beijing), End: l.EndsAt.In(model.Beijing), Content: l.Content, Place: l.Place,
			Minutes: l.Minutes, Organiser: l.Organiser, Evaluation: l.Evaluation,
		})
	}
	return d
}

// VerifiedCertificate is what anybody learns who holds a certificate's number and code.
type VerifiedCertificate struct {
	model.ListedCertificate
	Text model.CertificateText
}

// VerifyCertificate gives the certificate that a number and a code stand for; ok is false when they do
// not belong together. An unknown number and a wrong code are not told apart.
func (s *Service) VerifyCertificate(ctx context.Context, number, code string) (v VerifiedCertificate, ok bool, err error) {
	v.ListedCertificate, err = model.CertificateByNumber(s.DB.Read(ctx), number)
	if errors.Is(err, model.ErrCertificateNotFound) {
		return v, false, nil
	}
	if err != nil || !v.Proves(code) {
		return v, false, err
	}
	v.Text, err = v.Says()
	return v, err == nil, err
}
