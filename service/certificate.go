package service

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"danyuan/model"
)

// NoticeCertificate is the kind of notice about certificates.
const NoticeCertificate = "certificate"

// The mini-program pages that notices of certificates lead to: the community's list, the person's own.
const certificatesPage, myCertificatePage = "staff/certificates/index", "pages/certificate/mine"

// AskCertificate asks the actor's community for a certificate of their service in a period of days.
// Refusals: certificate.period_invalid, certificate.no_service, certificate.too_many_services,
// certificate.open_already, certificate.no_community.
func (s *Service) AskCertificate(ctx context.Context, cmd Command, fromDay, toDay string) (model.ListedCertificate, error) {
	return inTx(ctx, s, cmd, func(t *tx) (model.ListedCertificate, error) {
		none := model.ListedCertificate{}
		if err := model.CheckPeriod(fromDay, toDay, t.now); err != nil {
			return none, err
		}
		p, err := model.LockPerson(t.DB, t.by.PersonID)
		if err != nil {
			return none, err
		}
		community, err := t.homeCommunity(p)
		if err != nil {
			return none, err
		}
		c := model.Certificate{PersonID: p.ID, CommunityID: community.ID, FromDay: fromDay, ToDay: toDay, AskedAt: t.now}
		from, until := c.Period()
		services, err := model.CountWithin(t.DB, p.ID, from, until)
		switch {
		case err != nil:
			return none, err
		case services == 0:
			return none, model.ErrCertificateEmpty
		case services > model.MostServices:
			return none, model.ErrCertificateLong
		}
		if err := model.AskCertificate(t.DB, &c); err != nil {
			return none, err
		}
		body := fmt.Sprintf("%s申请%s至%s的志愿服务记录证明，请核对后出具。", model.MaskName(p.Name), fromDay, toDay)
		if err := t.tellOfficers(model.CertifyService, community.Path, NoticeCertificate, "有新的服务证明申请", body, certificatesPage, onceForCertificate(c.ID, c.State)); err != nil {
			return none, err
		}
		if err := t.audit("certificate.ask", community.ID, "certificate", c.ID, ""); err != nil {
			return none, err
		}
		return model.ListedCertificateByID(t.DB, c.ID)
	})
}

func onceForCertificate(id int64, state model.CertificateState) string {
	return fmt.Sprintf("certificate:%d:%s", id, state)
}

// homeCommunity gives the community in which a person lives, or lived last.
func (t *tx) homeCommunity(p model.Person) (model.Node, error) {
	home, err := model.NodeByID(t.DB, p.NodeID)
	if err != nil {
		return home, err
	}
	community, err := t.communityOf(home)
	if errors.Is(err, model.ErrNodeUnfit) {
		err = model.ErrCertificateHome
	}
	return community, err
}

// WithdrawCertificate takes back the actor's own request. Refusals: certificate.not_found for somebody
// else's, certificate.wrong_state.
func (s *Service) WithdrawCertificate(ctx context.Context, cmd Command, id int64) (model.ListedCertificate, error) {
	return s.moveCertificate(ctx, cmd, id, model.CertificateWithdrawn, "", nothingMore)
}

// RefuseCertificate turns a request down, with a reason that the person reads. Refusals as for issuing.
func (s *Service) RefuseCertificate(ctx context.Context, cmd Command, id int64, reason string) (model.ListedCertificate, error) {
	reason, err := model.NeedText("body.reason", reason, maxReason, false)
	if err != nil {
		return model.ListedCertificate{}, err
	}
	return s.moveCertificate(ctx, cmd, id, model.CertificateRefused, reason, nothingMore)
}

// RevokeCertificate makes an issued certificate void, with a reason that the holder reads: from then on
// verifying it says so. Refusals as for issuing.
func (s *Service) RevokeCertificate(ctx context.Context, cmd Command, id int64, reason string) (model.ListedCertificate, error) {
	reason, err := model.NeedText("body.reason", reason, maxReason, false)
	if err != nil {
		return model.ListedCertificate{}, err
	}
	return s.moveCertificate(ctx, cmd, id, model.CertificateRevoked, reason, nothingMore)
}

// IssueCertificate issues a certificate: numbered, and fixed as the record is now. site is where it can
// be verified, "" for the mini-program alone. Refusals: certificate.not_found outside the actor's scope,
// certificate.own, certificate.wrong_state, guardian.child_without_consent, and those of asking when the record
// has changed since.
func (s *Service) IssueCertificate(ctx context.Context, cmd Command, id int64, site string) (model.ListedCertificate, error) {
	return s.moveCertificate(ctx, cmd, id, model.CertificateIssued, "", func(t *tx, p model.Person, c model.Certificate, community model.Node) error {
		if err := t.needGuardian(p); err != nil {
			return err
		}
		text, err := t.certificateText(p, c, community)
		if err != nil {
			return err
		}
		text.Site = site
		return model.FreezeCertificate(t.DB, c.ID, community, text, t.now)
	})
}

func nothingMore(*tx, model.Person, model.Certificate, model.Node) error { return nil }

// moveCertificate moves a certificate: withdrawing is its holder's, all else the community's.
func (s *Service) moveCertificate(ctx context.Context, cmd Command, id int64, next model.CertificateState, reason string,
	then func(*tx, model.Person, model.Certificate, model.Node) error,
) (model.ListedCertificate, error) {
	none := model.ListedCertificate{}
	found, err := model.CertificateByID(s.DB.Read(ctx), id)
	if err != nil {
		return none, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.ListedCertificate, error) {
		p, err := model.LockPerson(t.DB, found.PersonID)
		c, errC := model.LockCertificate(t.DB, id)
		community, errN := model.NodeByID(t.DB, found.CommunityID)
		if err := errors.Join(err, errC, errN); err != nil {
			return none, err
		}
		if err := t.mayMoveCertificate(c, community, next); err != nil {
			return none, err
		}
		if err := model.MoveCertificate(t.DB, &c, next, t.by.PersonID, reason, t.now); err != nil {
			return none, err
		}
		if err := then(t, p, c, community); err != nil {
			return none, err
		}
		return t.certificateMoved(id, next)
	})
}

func (t *tx) mayMoveCertificate(c model.Certificate, community model.Node, next model.CertificateState) error {
	own := c.PersonID == t.by.PersonID
	if next == model.CertificateWithdrawn {
		if !own {
			return model.ErrCertificateNotFound
		}
		return nil
	}
	if !t.by.May(model.CertifyService, community.Path, t.now) {
		return model.ErrCertificateNotFound
	}
	if own {
		return model.ErrCertificateOwn
	}
	return nil
}

// certificateText is what a certificate says, of the record as it is now. The person is locked, so that
// no hours of theirs change meanwhile.
func (t *tx) certificateText(p model.Person, c model.Certificate, community model.Node) (model.CertificateText, error) {
	text := model.CertificateText{Holder: p.Name, IDNumber: model.MaskIDNumber(p.IDNumber)}
	from, until := c.Period()
	found, err := model.RecordWithin(t.DB, p.ID, from, until, model.MostServices+1)
	switch {
	case err != nil:
		return text, err
	case len(found) == 0:
		return text, model.ErrCertificateEmpty
	case len(found) > model.MostServices:
		return text, model.ErrCertificateLong
	}
	services, err := organised(t.DB, found)
	if err != nil {
		return text, err
	}
	for _, service := range services {
		line := model.CertificateLine{
			StartsAt: service.StartsAt, EndsAt: service.End(), Content: service.Content, Place: service.Place,
			Minutes: service.Minutes, Organiser: service.Organiser, Evaluation: service.Evaluation,
		}
		text.Lines, text.Minutes = append(text.Lines, line), text.Minutes+service.Minutes
	}
	text.Services = len(text.Lines)
	text.Issuer, err = t.fullName(community)
	return text, err
}

// fullName says which community it is, from the city down.
func (t *tx) fullName(community model.Node) (string, error) {
	places, err := model.NodesOnPath(t.DB, community.Path)
	var name strings.Builder
	for _, place := range places {
		if place.Kind != model.Province {
			name.WriteString(place.Name)
		}
	}
	return name.String(), err
}

// certificateMoved tells the holder and records, after a certificate has moved.
func (t *tx) certificateMoved(id int64, next model.CertificateState) (model.ListedCertificate, error) {
	c, err := model.ListedCertificateByID(t.DB, id)
	if err != nil {
		return c, err
	}
	if c.PersonID != t.by.PersonID {
		title, body := certificateNews(c)
		if err := t.notify(c.PersonID, NoticeCertificate, title, body, myCertificatePage, onceForCertificate(id, next)); err != nil {
			return c, err
		}
	}
	return c, t.audit("certificate."+string(next), c.CommunityID, "certificate", id, "")
}

// certificateNews is what the holder is told of a move.
func certificateNews(c model.ListedCertificate) (title, body string) {
	switch c.State {
	case model.CertificateIssued:
		return "服务证明已出具", c.CommunityName + "已出具您的志愿服务记录证明，编号" + *c.Number + "，现在可以下载。"
	case model.CertificateRevoked:
		return "服务证明已撤销", c.CommunityName + "撤销了编号" + *c.Number + "的证明，原因：" + c.Reason + "。有疑问请联系社区。"
	default:
		return "服务证明未出具", c.CommunityName + "没有出具您申请的证明，原因：" + c.Reason + "。更正后可以再申请。"
	}
}
