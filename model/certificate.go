package model

import (
	"bytes"
	"crypto/subtle"
	"encoding/gob"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
)

// CertificateState is how far a certificate of voluntary service has come: asked → issued, refused or
// withdrawn; an issued one may be revoked.
type CertificateState string

// The states of a certificate.
const (
	CertificateAsked     CertificateState = "asked"
	CertificateIssued    CertificateState = "issued"
	CertificateRefused   CertificateState = "refused"
	CertificateWithdrawn CertificateState = "withdrawn"
	CertificateRevoked   CertificateState = "revoked"
)

// certificateMoves is every move that a certificate can make.
var certificateMoves = map[CertificateState][]CertificateState{
	CertificateAsked:  {CertificateIssued, CertificateRefused, CertificateWithdrawn},
	CertificateIssued: {CertificateRevoked},
}

// MayBecome tells whether a certificate in this state may move to the next.
func (s CertificateState) MayBecome(next CertificateState) bool {
	return slices.Contains(certificateMoves[s], next)
}

// Title is what people call the state.
func (s CertificateState) Title() string {
	return map[CertificateState]string{
		CertificateAsked: "待出具", CertificateIssued: "已出具", CertificateRefused: "未出具", CertificateWithdrawn: "已撤回", CertificateRevoked: "已撤销",
	}[s]
}

// Certificate is a person's request for a certificate of their service in a period, and the certificate
// itself once the community has issued it: then it has a number, a code, and what it says (Paper), which
// nothing changes any more. OpenPersonID holds the person while they wait.
type Certificate struct {
	_ struct{} `privacy:"about=volunteer; why=志愿服务记录证明; kept=always; because=证明要能查验真伪"`

	ID           int64
	PersonID     int64
	CommunityID  int64
	State        CertificateState `privacy:"mark"`
	FromDay      string           `privacy:"moment"` // YYYY-MM-DD in Beijing, as ToDay, both included
	ToDay        string           `privacy:"moment"`
	AskedAt      time.Time
	DecidedAt    *time.Time
	DecidedByID  int64
	Reason       string  `privacy:"reason"` // why it was refused or revoked
	Number       *string `privacy:"credential"`
	Code         string  `gorm:"serializer:sealed" privacy:"credential"`
	Paper        []byte  `gorm:"serializer:sealed" privacy:"paper"`
	RevokedAt    *time.Time
	RevokedByID  int64
	OpenPersonID *int64
}

// TableName is also that of ListedCertificate: sealed columns are bound to their table's name.
func (Certificate) TableName() string { return "certificates" }

// CertificateText is what a certificate says, as it was when it was issued.
type CertificateText struct {
	Holder   string
	IDNumber string // masked
	Issuer   string
	Site     string // where it is verified; "" for the mini-program alone
	Services int
	Minutes  int64
	Lines    []CertificateLine
}

// CertificateLine is one service on a certificate.
type CertificateLine struct {
	StartsAt, EndsAt time.Time
	Content          string
	Place            string
	Minutes          int64
	Organiser        string
	Evaluation       string
}

// Refusals about certificates.
var (
	ErrCertificateNotFound = fault.New(fault.NotFound, "certificate.not_found", "没有找到这份证明，或者您不能查看。请回到列表重试。")
	ErrCertificateState    = fault.New(fault.Conflict, "certificate.wrong_state", "这份证明现在的状态不能这样办理。请刷新列表后再看。")
	ErrCertificateOpen     = fault.New(fault.Conflict, "certificate.open_already", "您已经有一份证明在等社区出具。请等它办完，或者先撤回它。")
	ErrCertificatePeriod   = fault.New(fault.Invalid, "certificate.period_invalid", "日期不对：开始日期不能晚于结束日期，结束日期不能晚于今天，一份证明最长10年。请重新选择。")
	ErrCertificateEmpty    = fault.New(fault.Conflict, "certificate.no_service", "这段时间里没有已确认的志愿服务，不能出具证明。请换一段时间，或等服务记录确认以后再申请。")
	ErrCertificateLong     = fault.New(fault.Conflict, "certificate.too_many_services", "这段时间里的志愿服务超过500次，一份证明写不下。请分成几段时间申请。")
	ErrCertificateOwn      = fault.New(fault.Forbidden, "certificate.own", "自己的证明不能自己办理。请由社区的另一位工作人员办理。")
	ErrCertificateNone     = fault.New(fault.Conflict, "certificate.not_issued", "这份证明还没有出具，不能下载。请等社区办理，办好后会通知您。")
	ErrCertificateRevoked  = fault.New(fault.Conflict, "certificate.revoked", "这份证明已被社区撤销，不能再下载。如需证明，请重新申请；对撤销有疑问，请联系社区。")
	ErrCertificateHome     = fault.New(fault.Conflict, "certificate.no_community", "您登记的住处不在任何社区，没有社区可以出具证明。请先联系社区更正住处。")
)

// Bounds of one certificate.
const (
	MostServices = 500
	MostYears    = 10
)

// errLongAgo refuses a day that nobody here has seen: not every database can be asked for the first years.
var errLongAgo = errors.New("model: a day before 1900")

// Day reads a Beijing day written YYYY-MM-DD, and gives its first moment.
func Day(text string) (time.Time, error) {
	at, err := time.ParseInLocation(time.DateOnly, text, Beijing)
	if err == nil && at.Year() < 1900 {
		err = errLongAgo
	}
	return at.UTC(), err
}

// Period gives the moments from which (inclusive) until which (exclusive) a certificate is about.
func (c Certificate) Period() (from, until time.Time) {
	from, _ = Day(c.FromDay) // read when it was asked for
	until, _ = Day(c.ToDay)
	return from, until.AddDate(0, 0, 1)
}

// CheckPeriod refuses days that no certificate can be about.
func CheckPeriod(fromDay, toDay string, now time.Time) error {
	from, errFrom := Day(fromDay)
	to, errTo := Day(toDay)
	if errFrom != nil || errTo != nil || to.Before(from) || to.After(now) || from.AddDate(MostYears, 0, 0).Before(to) {
		return ErrCertificatePeriod
	}
	return nil
}

// AskCertificate stores a request. A person has one open request.
func AskCertificate(tx *gorm.DB, c *Certificate) error {
	c.State, c.OpenPersonID = CertificateAsked, &c.PersonID
	return refuseDuplicate(tx.Create(c).Error, ErrCertificateOpen)
}

// CertificateByID gives a certificate without what it says.
func CertificateByID(tx *gorm.DB, id int64) (Certificate, error) {
	var c Certificate
	return c, take(tx.Omit("Paper").Where("id = ?", id), &c, ErrCertificateNotFound)
}

// LockCertificate reads a certificate and keeps others from moving it until the transaction ends.
func LockCertificate(tx *gorm.DB, id int64) (Certificate, error) {
	return CertificateByID(forUpdate(tx), id)
}

// MoveCertificate moves a certificate that the caller has locked, by somebody, with a reason where one
// is given. It refuses every move that certificateMoves does not name.
func MoveCertificate(tx *gorm.DB, c *Certificate, next CertificateState, by int64, reason string, now time.Time) error {
	if !c.State.MayBecome(next) {
		return ErrCertificateState.Saying("这份证明现在是“" + c.State.Title() + "”，不能这样办理。请刷新列表后再看。")
	}
	set := map[string]any{"state": next, "reason": reason, "open_person_id": nil}
	if next == CertificateRevoked {
		set["revoked_at"], set["revoked_by_id"] = now, by
	} else {
		set["decided_at"], set["decided_by_id"] = now, by
	}
	return changed(tx.Model(&Certificate{}).Where("id = ? AND state = ?", c.ID, c.State).Updates(set), ErrCertificateState)
}

// FreezeCertificate gives an issued certificate its number, without a gap in its community and year
// (Beijing time), the code by which the number is verified, and what it says from now on.
func FreezeCertificate(tx *gorm.DB, id int64, community Node, text CertificateText, now time.Time) error {
	place := strconv.FormatInt(community.ID, 10)
	if community.Code != nil {
		place = *community.Code
	}
	year := now.In(Beijing).Year()
	n, err := NextNumber(tx, CertificateSequence(place, year))
	if err != nil {
		return err
	}
	var paper bytes.Buffer
	if err := gob.NewEncoder(&paper).Encode(text); err != nil {
		return err
	}
	return tx.Model(&Certificate{}).Where("id = ? AND number IS NULL", id).Updates(map[string]any{
		"number": fmt.Sprintf("ZY-%s-%d-%06d", place, year, n), "code": randomCode(8), "paper": paper.Bytes(),
	}).Error
}

// CertificateSequence names the sequence that numbers a community's certificates of one year.
func CertificateSequence(community string, year int) string {
	return "certificate:" + community + ":" + strconv.Itoa(year)
}

// Proves tells whether a code that somebody typed verifies this certificate, written as receipts' are.
func (c Certificate) Proves(typed string) bool {
	typed = strings.NewReplacer("O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(typed))
	return c.Code != "" && subtle.ConstantTimeCompare([]byte(typed), []byte(c.Code)) == 1
}

// Says gives what an issued certificate says.
func (c Certificate) Says() (CertificateText, error) {
	var text CertificateText
	if len(c.Paper) == 0 {
		return text, ErrCertificateNone
	}
	err := gob.NewDecoder(bytes.NewReader(c.Paper)).Decode(&text)
	return text, err
}
