package api

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"danyuan/model"
	"danyuan/service"
)

// certificateView is a certificate as both who hold it see it; lists leave its code out.
type certificateView struct {
	ID        ID         `json:"id" doc:"编号"`
	Person    ID         `json:"person_id" doc:"谁的证明"`
	Name      string     `json:"name" doc:"志愿者；本人看到全名" example:"张**"`
	Community nodeView   `json:"community" doc:"出具证明的社区"`
	From      string     `json:"from" doc:"从哪一天" example:"2026-01-01"`
	To        string     `json:"to" doc:"到哪一天" example:"2026-03-05"`
	State     string     `json:"state" enum:"asked,issued,refused,withdrawn,revoked" doc:"待出具、已出具、未出具、已撤回、已撤销"`
	Title     string     `json:"title" doc:"状态的中文" example:"待出具"`
	AskedAt   time.Time  `json:"asked_at" doc:"何时申请"`
	DecidedAt *time.Time `json:"decided_at,omitempty" doc:"何时出具、退回或撤回"`
	RevokedAt *time.Time `json:"revoked_at,omitempty" doc:"何时撤销"`
	Reason    string     `json:"reason,omitempty" doc:"未出具或撤销的原因"`
	Number    string     `json:"number,omitempty" doc:"证明编号" example:"ZY-340802001001-2026-000001"`
	Code      string     `json:"code,omitempty" doc:"验证码；和编号一起可以验真伪" example:"7K2M9QX4"`
}

func viewListedCertificate(c model.ListedCertificate) certificateView {
	v := certificateView{
		ID: ID(c.ID), Person: ID(c.PersonID), Name: model.MaskName(c.Name),
		Community: nodeView{ID(c.CommunityID), string(model.Community), c.CommunityName}, From: c.FromDay, To: c.ToDay,
		State: string(c.State), Title: c.State.Title(), AskedAt: atEdge(c.AskedAt),
		DecidedAt: maybeAtEdge(c.DecidedAt), RevokedAt: maybeAtEdge(c.RevokedAt), Reason: c.Reason,
	}
	if c.Number != nil {
		v.Number = *c.Number
	}
	return v
}

func viewCertificate(c model.ListedCertificate) certificateView {
	v := viewListedCertificate(c)
	v.Code = c.Code
	return v
}

// viewOwnCertificate is for the person themselves.
func viewOwnCertificate(c model.ListedCertificate) certificateView {
	v := viewCertificate(c)
	v.Name = c.Name
	return v
}

type askCertificateIn struct {
	Keyed
	Body struct {
		From string `json:"from" pattern:"^[0-9]{4}-[0-9]{2}-[0-9]{2}$" patternDescription:"日期，如 2026-01-01" maxLength:"10" doc:"从哪一天（含）" example:"2026-01-01"`
		To   string `json:"to" pattern:"^[0-9]{4}-[0-9]{2}-[0-9]{2}$" patternDescription:"日期，如 2026-01-01" maxLength:"10" doc:"到哪一天（含），不晚于今天" example:"2026-03-05"`
	}
}

func (a *API) askCertificate(ctx context.Context, cmd service.Command, in *askCertificateIn) (model.ListedCertificate, error) {
	return a.s.AskCertificate(ctx, cmd, in.Body.From, in.Body.To)
}

type certificateCommandIn struct {
	Keyed
	Certificate ID `path:"id" doc:"哪一份证明"`
}

func (a *API) withdrawCertificate(ctx context.Context, cmd service.Command, in *certificateCommandIn) (model.ListedCertificate, error) {
	return a.s.WithdrawCertificate(ctx, cmd, int64(in.Certificate))
}

func (a *API) issueCertificate(ctx context.Context, cmd service.Command, in *certificateCommandIn) (model.ListedCertificate, error) {
	return a.s.IssueCertificate(ctx, cmd, int64(in.Certificate), a.certificateSite())
}

type certificateReasonIn struct {
	Keyed
	Certificate ID `path:"id" doc:"哪一份证明"`
	Body        struct {
		Reason string `json:"reason" minLength:"1" maxLength:"200" doc:"原因，申请人会看到" example:"记录有误，正在更正"`
	}
}

func (a *API) refuseCertificate(ctx context.Context, cmd service.Command, in *certificateReasonIn) (model.ListedCertificate, error) {
	return a.s.RefuseCertificate(ctx, cmd, int64(in.Certificate), in.Body.Reason)
}

func (a *API) revokeCertificate(ctx context.Context, cmd service.Command, in *certificateReasonIn) (model.ListedCertificate, error) {
	return a.s.RevokeCertificate(ctx, cmd, int64(in.Certificate), in.Body.Reason)
}

type myCertificatesIn struct{ Paged }

func (a *API) myCertificates(ctx context.Context, by model.Actor, in *myCertificatesIn) (List[certificateView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[certificateView]{}, err
	}
	rows, err := a.s.MyCertificates(ctx, by, slice)
	return listOf(in.Paged, rows, func(c model.ListedCertificate) int64 { return c.ID }, viewOwnCertificate), err
}

type certificatesIn struct {
	Node  ID     `path:"id" doc:"社区"`
	State string `query:"state" enum:"asked,issued,refused,withdrawn,revoked" doc:"只看这一状态的；不填是全部"`
	Paged
}

func (a *API) certificates(ctx context.Context, by model.Actor, in *certificatesIn) (List[certificateView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[certificateView]{}, err
	}
	rows, err := a.s.CertificatesAt(ctx, by, int64(in.Node), model.CertificateState(in.State), slice)
	return listOf(in.Paged, rows, func(c model.ListedCertificate) int64 { return c.ID }, viewListedCertificate), err
}

type certificateIn struct {
	Certificate ID `path:"id" doc:"哪一份证明"`
}

func (a *API) certificate(ctx context.Context, by model.Actor, in *certificateIn) (certificateView, error) {
	c, err := a.s.Certificate(ctx, by, int64(in.Certificate))
	if err == nil && c.PersonID == by.PersonID {
		return viewOwnCertificate(c), nil
	}
	return viewCertificate(c), err
}

// fileOut is a file to take away.
type fileOut struct {
	ContentType  string `header:"Content-Type"`
	Disposition  string `header:"Content-Disposition"`
	CacheControl string `header:"Cache-Control"`
	NoSniff      string `header:"X-Content-Type-Options"`
	Body         []byte
}

// certificateFile is mounted by hand because its body is a PDF.
func certificateFile(path, id, summary string, who Who) route {
	const kind = "application/pdf"
	return route{method: http.MethodGet, path: path, id: id, summary: summary, who: who, mount: func(a *API, r route) {
		op := r.operation()
		op.Responses = map[string]*huma.Response{"200": {Description: "志愿服务记录证明", Content: map[string]*huma.MediaType{
			kind: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
		}}}
		huma.Register(a.huma, op, func(ctx context.Context, in *certificateIn) (*fileOut, error) {
			name, pdf, err := a.s.CertificateFile(ctx, actorIn(ctx), int64(in.Certificate))
			if err != nil {
				return nil, a.problem(ctx, r.id, err)
			}
			return &fileOut{kind, "attachment; filename*=UTF-8''" + url.PathEscape(name+".pdf"), "private, no-store", "nosniff", pdf}, nil
		})
	}}
}
