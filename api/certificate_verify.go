package api

import (
	"context"
	"embed"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"danyuan/fault"
	"danyuan/model"
	"danyuan/service"
)

// verifyCertificateIn comes by POST, as verifyReceiptIn does and for the same reason.
type verifyCertificateIn struct {
	Keyed
	Body struct {
		Number string `json:"number" pattern:"^ZY-[0-9]{1,20}-[0-9]{4}-[0-9]{6,9}$" patternDescription:"证明编号" maxLength:"43" doc:"证明编号" example:"ZY-340802001001-2026-000001"`
		Code   string `json:"code" pattern:"^[0-9A-Za-z]{8}$" patternDescription:"8 位验证码" maxLength:"8" doc:"证明上的验证码" example:"7K2M9QX4"`
	}
}

type verifiedCertificateView struct {
	Genuine   bool       `json:"genuine" doc:"编号和验证码是否属于同一份真实的证明"`
	Revoked   bool       `json:"revoked" doc:"真实，但社区已经撤销，不再有效"`
	RevokedAt *time.Time `json:"revoked_at,omitempty" doc:"何时撤销"`
	Name      string     `json:"name,omitempty" doc:"志愿者，只有姓氏" example:"张**"`
	Issuer    string     `json:"issuer,omitempty" doc:"出具的社区" example:"迎江区人民路街道先锋社区"`
	IssuedAt  *time.Time `json:"issued_at,omitempty" doc:"何时出具"`
	From      string     `json:"from,omitempty" doc:"证明从哪一天" example:"2026-01-01"`
	To        string     `json:"to,omitempty" doc:"到哪一天的服务" example:"2026-03-05"`
	Services  int        `json:"services,omitempty" doc:"服务次数" example:"12"`
	Minutes   int64      `json:"minutes,omitempty" doc:"服务分钟数" example:"1590"`
	Text      string     `json:"text" doc:"结果，说给人听"`
}

type verifiedCertificate struct {
	service.VerifiedCertificate
	genuine bool
}

// triesOfNumber is how often one number is verified in an hour, by everybody together: the code can't be
// guessed from many places at once. Nobody who holds the paper needs as many.
const triesOfNumber = 60

var errTooManyTries = fault.New(fault.TooMany, "certificate.too_many_tries", "这个编号在一小时内查验的次数太多，为防止有人猜验证码，请一小时以后再试，或联系出具证明的社区。")

// mayVerify counts that somebody verifies a number.
func (a *API) mayVerify(ctx context.Context, number string) bool {
	ok, _ := a.Limits.Allow(ctx, number, triesOfNumber, time.Hour)
	return ok
}

func (a *API) verifyCertificate(ctx context.Context, _ service.Command, in *verifyCertificateIn) (verifiedCertificate, error) {
	if !a.mayVerify(ctx, "certificate:"+in.Body.Number) {
		return verifiedCertificate{}, errTooManyTries
	}
	v, ok, err := a.s.VerifyCertificate(ctx, in.Body.Number, in.Body.Code)
	return verifiedCertificate{v, ok}, err
}

func viewVerifiedCertificate(v verifiedCertificate) verifiedCertificateView {
	if !v.genuine {
		return verifiedCertificateView{Text: "编号和验证码对不上，这不是一份真实的证明，或者有字填错了。请核对后再试，或联系出具证明的社区。"}
	}
	out := verifiedCertificateView{
		Genuine: true, Name: model.MaskName(v.Text.Holder), Issuer: v.Text.Issuer, IssuedAt: maybeAtEdge(v.DecidedAt),
		From: v.FromDay, To: v.ToDay, Services: v.Text.Services, Minutes: v.Text.Minutes,
		Text: "这是一份真实、有效的证明。请核对纸上的内容与这里一致。",
	}
	if v.State == model.CertificateRevoked {
		out.Revoked, out.RevokedAt = true, maybeAtEdge(v.RevokedAt)
		out.Text = "这份证明是真实出具的，但社区已经撤销，不再有效。详情请联系出具证明的社区。"
	}
	return out
}

// certificatePath is where a browser verifies certificates: the address on the paper. Number and code
// come behind its #, which no browser sends.
const certificatePath = "/certificates"

// certificateSite is the address on the paper; "" where this server has no public name.
func (a *API) certificateSite() string {
	if a.PublicURL == "" {
		return ""
	}
	return strings.TrimSuffix(a.PublicURL, "/") + certificatePath
}

//go:embed certificate_page/index.html certificate_page/page.js certificate_page/page.css
var certificatePage embed.FS

const certificatePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// serveCertificatePage shows the page that verifies certificates.
func (a *API) serveCertificatePage() {
	for path, file := range map[string]struct{ name, kind string }{
		certificatePath:               {"index.html", "text/html; charset=utf-8"},
		certificatePath + "/page.js":  {"page.js", "text/javascript; charset=utf-8"},
		certificatePath + "/page.css": {"page.css", "text/css; charset=utf-8"},
	} {
		body, err := certificatePage.ReadFile("certificate_page/" + file.name)
		a.router.GET(path, func(c *gin.Context) {
			if err != nil {
				a.refuse(c, "certificate-page", err)
				return
			}
			c.Header("Content-Security-Policy", certificatePolicy)
			c.Header("Referrer-Policy", "no-referrer")
			c.Header("X-Content-Type-Options", "nosniff")
			c.Header("Cache-Control", "public, max-age=3600")
			c.Data(http.StatusOK, file.kind, body)
		})
	}
}
