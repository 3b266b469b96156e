package model

import "gorm.io/gorm"

// ListedCertificate is a certificate with the names that belong to it; lists leave out what it says.
type ListedCertificate struct {
	Certificate
	Name          string // of the person, as the roster has it now
	CommunityName string
	CommunityPath string
}

const certificateColumns = "certificates.id, certificates.person_id, certificates.community_id, certificates.state, certificates.from_day, certificates.to_day, " +
	"certificates.asked_at, certificates.decided_at, certificates.decided_by_id, certificates.reason, certificates.number, certificates.code, " +
	"certificates.revoked_at, certificates.revoked_by_id, persons.name, nodes.name AS community_name, nodes.path AS community_path"

func listedCertificates(tx *gorm.DB, more string) *gorm.DB {
	return tx.Table("certificates").Select(certificateColumns + more).
		Joins("JOIN persons ON persons.id = certificates.person_id").Joins("JOIN nodes ON nodes.id = certificates.community_id")
}

// ListedCertificateByID gives a certificate with its names, without what it says.
func ListedCertificateByID(tx *gorm.DB, id int64) (ListedCertificate, error) {
	var c ListedCertificate
	return c, take(listedCertificates(tx, "").Where("certificates.id = ?", id), &c, ErrCertificateNotFound)
}

// WholeCertificate gives a certificate with its names and with what it says.
func WholeCertificate(tx *gorm.DB, id int64) (ListedCertificate, error) {
	var c ListedCertificate
	return c, take(listedCertificates(tx, ", certificates.paper").Where("certificates.id = ?", id), &c, ErrCertificateNotFound)
}

// CertificateByNumber gives the certificate with a number, with what it says.
func CertificateByNumber(tx *gorm.DB, number string) (ListedCertificate, error) {
	var c ListedCertificate
	return c, take(listedCertificates(tx, ", certificates.paper").Where("certificates.number = ?", number), &c, ErrCertificateNotFound)
}

// CertificatesOf lists a person's certificates, the newest first.
func CertificatesOf(tx *gorm.DB, person int64, s Slice) ([]ListedCertificate, error) {
	var out []ListedCertificate
	return out, s.Newest(listedCertificates(tx, "").Where("certificates.person_id = ?", person), "certificates.id").Find(&out).Error
}

// AllCertificatesOf is the whole of CertificatesOf, oldest first.
func AllCertificatesOf(tx *gorm.DB, person int64) ([]ListedCertificate, error) {
	var out []ListedCertificate
	return out, listedCertificates(tx, "").Where("certificates.person_id = ?", person).Order("certificates.id").Find(&out).Error
}

// CertificatesUnder lists the certificates of the communities in a subtree, the newest first; "" is
// every state.
func CertificatesUnder(tx *gorm.DB, path string, state CertificateState, s Slice) ([]ListedCertificate, error) {
	var out []ListedCertificate
	q := InSubtree(listedCertificates(tx, ""), "nodes.path", path)
	if state != "" {
		q = q.Where("certificates.state = ?", state)
	}
	return out, s.Newest(q, "certificates.id").Find(&out).Error
}
