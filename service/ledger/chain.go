package ledger

import (
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"strconv"
	"time"

	"danyuan/model"
)

// rootHash begins an account's chain: it binds what the account is.
func rootHash(a model.Account) string {
	h := sha256.New()
	writeWords(h, "account", number(a.ID), a.AccountKey, a.Unit, moment(a.OpenedAt))
	return sum(h)
}

// entryHash binds an entry, all of its transfer, and through before everything that the account has
// ever held. A change of any of them, or an entry that is missing, shows at the next link.
func entryHash(before string, accountKey string, e model.Entry, t model.Transfer) string {
	reverses := ""
	if t.ReversesID != nil {
		reverses = number(*t.ReversesID)
	}
	h := sha256.New()
	writeWords(h, "entry", before, accountKey, number(e.Seq), number(e.Amount), number(e.Balance),
		number(t.ID), t.Kind, t.Subject, number(t.SubjectID), number(t.ByPersonID), moment(t.At), reverses)
	return sum(h)
}

// writeWords keeps words apart by a byte that none of them has.
func writeWords(h hash.Hash, words ...string) {
	var line []byte
	for _, w := range words {
		line = append(append(line, w...), 0)
	}
	_, _ = h.Write(line) // a hash takes everything
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

func moment(t time.Time) string { return number(t.Unix()) }

func sum(h hash.Hash) string { return base64.RawStdEncoding.EncodeToString(h.Sum(nil)) }
