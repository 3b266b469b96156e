package ledger_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/service/ledger"
	"danyuan/testkit"
)

var (
	issued = ledger.PointsIssued(5)
	anna   = ledger.PersonPoints(7)
	bert   = ledger.PersonPoints(8)
	used   = ledger.PointsRedeemed(5)
	fund   = ledger.Fund(1, 2026)
	budget = ledger.Budget(5, 2026)
)

// move makes one transfer in a transaction of its own and gives its id.
func move(k *testkit.Kit, legs ...ledger.Leg) (id int64, err error) {
	k.Helper()
	t := model.Transfer{ID: model.NewID(k.Clock.Now()), Kind: "test", Subject: "test", SubjectID: 3, ByPersonID: 9, At: k.Clock.Now()}
	return t.ID, k.DB.Tx(k.Context(), func(tx *gorm.DB) error {
		b := ledger.NewBook()
		for _, leg := range legs {
			if err := b.Open(tx, k.Clock.Now(), leg.Key); err != nil {
				return err
			}
		}
		if err := b.Transfer(t, legs...); err != nil {
			return err
		}
		return b.Write(tx)
	})
}

func reverse(k *testkit.Kit, original int64) error {
	k.Helper()
	return k.DB.Tx(k.Context(), func(tx *gorm.DB) error {
		b := ledger.NewBook()
		if err := b.Reverse(tx, original, model.Transfer{ID: model.NewID(k.Clock.Now()), Kind: "undo", Subject: "test", At: k.Clock.Now()}); err != nil {
			return err
		}
		return b.Write(tx)
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func holds(k *testkit.Kit, key ledger.Key, want int64) {
	k.Helper()
	if got, err := model.BalanceOf(k.DB.Read(k.Context()), string(key)); err != nil || got != want {
		k.Fatalf("%s holds %d (%v), want %d", key, got, err, want)
	}
}

func verify(k *testkit.Kit) (wrong []string) {
	k.Helper()
	must(k.TB, k.DB.Snapshot(k.Context(), func(tx *gorm.DB) error {
		_, err := ledger.Verify(tx, func(d ledger.Difference) { wrong = append(wrong, d.Where+": "+d.What) })
		return err
	}))
	return wrong
}

func TestTransfer_movesAndKeepsTheBalance(t *testing.T) {
	k := testkit.New(t)
	_, err := move(k, ledger.Leg{Key: issued, Amount: -50}, ledger.Leg{Key: anna, Amount: 50})
	must(t, err)
	_, err = move(k, ledger.Leg{Key: anna, Amount: -20}, ledger.Leg{Key: used, Amount: 20})
	must(t, err)
	holds(k, anna, 30)
	holds(k, issued, -50)
	lines, err := model.Statement(k.DB.Read(t.Context()), string(anna), model.Slice{Limit: 10})
	must(t, err)
	if len(lines) != 2 || lines[0].Balance != 30 || lines[0].Amount != -20 || lines[1].Balance != 50 || lines[0].Kind != "test" || lines[0].SubjectID != 3 {
		t.Fatalf("statement %+v", lines)
	}
	if wrong := verify(k); len(wrong) > 0 {
		t.Fatal(wrong)
	}
}

func TestTransfer_refusesWhatIsNoTransfer(t *testing.T) {
	k := testkit.New(t)
	_, err := move(k, ledger.Leg{Key: issued, Amount: -50}, ledger.Leg{Key: anna, Amount: 50})
	must(t, err)
	conduct := ledger.PersonConduct(7)
	for name, legs := range map[string][]ledger.Leg{
		"no legs":               {},
		"one leg":               {{Key: anna, Amount: -5}},
		"legs that sum to more": {{Key: anna, Amount: -5}, {Key: bert, Amount: 6}},
		"points into conduct":   {{Key: anna, Amount: -5}, {Key: conduct, Amount: 5}},
		"nothing":               {{Key: anna, Amount: 0}, {Key: bert, Amount: 0}},
		"an account twice":      {{Key: anna, Amount: -5}, {Key: anna, Amount: 5}},
		"too much":              {{Key: issued, Amount: -1 << 62}, {Key: anna, Amount: 1 << 62}},
	} {
		if _, err := move(k, legs...); err == nil {
			t.Errorf("%s was transferred", name)
		}
	}
	if _, err := move(k, ledger.Leg{Key: anna, Amount: -51}, ledger.Leg{Key: used, Amount: 51}); !errors.Is(err, ledger.ErrShort) {
		t.Errorf("more than there is: %v", err)
	}
	holds(k, anna, 50)
	if wrong := verify(k); len(wrong) > 0 {
		t.Fatal(wrong)
	}
}

func TestReverse_onceAndOnlyWhatIsThere(t *testing.T) {
	k := testkit.New(t)
	id, err := move(k, ledger.Leg{Key: issued, Amount: -50}, ledger.Leg{Key: anna, Amount: 50})
	must(t, err)
	spent, err := move(k, ledger.Leg{Key: anna, Amount: -20}, ledger.Leg{Key: used, Amount: 20}, ledger.Leg{Key: ledger.MoneyOutside(1), Amount: -7}, ledger.Leg{Key: budget, Amount: 7})
	must(t, err)
	if err := reverse(k, id); !errors.Is(err, ledger.ErrShort) {
		t.Fatalf("what is spent was taken back: %v", err)
	}
	must(t, reverse(k, spent))
	holds(k, anna, 50)
	holds(k, budget, 0)
	for range 2 {
		if err := reverse(k, spent); !errors.Is(err, ledger.ErrReversed) {
			t.Fatalf("reversed twice: %v", err)
		}
	}
	must(t, reverse(k, id))
	holds(k, anna, 0)
	if err := reverse(k, 12345); !errors.Is(err, ledger.ErrNoSuch) {
		t.Fatalf("nothing was reversed: %v", err)
	}
	if wrong := verify(k); len(wrong) > 0 {
		t.Fatal(wrong)
	}
}

func TestReverse_raceHasOneWinner(t *testing.T) {
	k := testkit.New(t)
	for round := range 20 {
		id, err := move(k, ledger.Leg{Key: issued, Amount: -5}, ledger.Leg{Key: anna, Amount: 5})
		must(t, err)
		errs := make([]error, 4)
		k.Race(4, func(i int) {
			for errs[i] = reverse(k, id); errs[i] != nil && model.WorthRetrying(errs[i]); errs[i] = reverse(k, id) {
			}
		})
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if !errors.Is(err, ledger.ErrReversed) {
				t.Errorf("round %d: %v", round, err)
			}
		}
		if won != 1 {
			t.Fatalf("round %d: %d have reversed it", round, won)
		}
	}
	holds(k, anna, 0)
	if wrong := verify(k); len(wrong) > 0 {
		t.Fatal(wrong)
	}
}

func TestBook_goesBackToAMark(t *testing.T) {
	k := testkit.New(t)
	k.Tx(func(tx *gorm.DB) error {
		b := ledger.NewBook()
		must(t, b.Open(tx, k.Clock.Now(), issued, anna, bert))
		give := func(to ledger.Key, n int64) {
			must(t, b.Transfer(model.Transfer{ID: model.NewID(k.Clock.Now()), Kind: "test", Subject: "test", At: k.Clock.Now()}, ledger.Leg{Key: issued, Amount: -n}, ledger.Leg{Key: to, Amount: n}))
		}
		give(anna, 10)
		m := b.Mark()
		give(anna, 5)
		give(bert, 5)
		b.Back(m)
		give(bert, 3)
		return b.Write(tx)
	})
	holds(k, anna, 10)
	holds(k, bert, 3)
	holds(k, issued, -13)
	if wrong := verify(k); len(wrong) > 0 {
		t.Fatal(wrong)
	}
}

func TestEntries_databaseItselfKeepsThem(t *testing.T) {
	k := testkit.New(t)
	_, err := move(k, ledger.Leg{Key: issued, Amount: -50}, ledger.Leg{Key: anna, Amount: 50})
	must(t, err)
	const again = "INTO entries (account_id, seq, transfer_id, amount, balance, hash) SELECT account_id, seq, transfer_id, amount + 1, balance, hash FROM (SELECT * FROM entries) e"
	ways := []string{"UPDATE entries SET amount = amount + 1", "UPDATE transfers SET kind = 'x'", "DELETE FROM entries", "DELETE FROM transfers"}
	if k.DB.Dialect() == "postgres" {
		ways = append(ways, "INSERT "+again+" ON CONFLICT (account_id, seq) DO UPDATE SET amount = 0", "TRUNCATE entries", "TRUNCATE transfers CASCADE")
	} else {
		ways = append(ways, "REPLACE "+again)
	}
	for _, statement := range ways {
		err := k.DB.Tx(t.Context(), func(tx *gorm.DB) error { return tx.Exec(statement).Error })
		if err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", statement, err)
		}
	}
	if wrong := verify(k); len(wrong) > 0 {
		t.Fatal(wrong)
	}
}

// TestVerify_findsAnyChangedValue changes every column of every row in turn, past the triggers, and sees
// it found.
func TestVerify_findsAnyChangedValue(t *testing.T) {
	k := testkit.New(t)
	_, err := move(k, ledger.Leg{Key: issued, Amount: -50}, ledger.Leg{Key: anna, Amount: 50})
	must(t, err)
	k.Move(time.Hour)
	id, err := move(k, ledger.Leg{Key: anna, Amount: -20}, ledger.Leg{Key: used, Amount: 20}, ledger.Leg{Key: ledger.MoneyOutside(1), Amount: -700}, ledger.Leg{Key: fund, Amount: 700})
	must(t, err)
	must(t, reverse(k, id))
	k.Tx(func(tx *gorm.DB) error { return ledger.NewBook().Open(tx, k.Clock.Now(), bert) }) // an account without entries
	if wrong := verify(k); len(wrong) > 0 {
		t.Fatal(wrong)
	}
	k.WithoutTriggers("transfers", "entries")
	tried := 0
	for table, columns := range map[string]map[string]string{
		"accounts": {
			"id": "id + 1000", "account_key": "'points/person/99'", "unit": "'conduct'", "opened_at": "'2020-02-02 02:02:02'", "balance": "balance + 1",
			"last_seq": "last_seq + 1", "head": "'x'",
		},
		"transfers": {
			"id": "id + 1000", "kind": "'x'", "subject": "'x'", "subject_id": "subject_id + 1", "by_person_id": "by_person_id + 1", "at": "'2020-02-02 02:02:02'",
			"reverses_id": "CASE WHEN reverses_id IS NULL THEN 1 END",
		},
		"entries": {
			"account_id": "account_id + 1000", "seq": "seq + 1000", "transfer_id": "transfer_id + 1000", "amount": "amount + 1", "balance": "balance + 1", "hash": "'x'",
		},
	} {
		all, err := k.DB.Read(t.Context()).Migrator().ColumnTypes(table)
		must(t, err)
		for _, c := range all {
			if columns[c.Name()] == "" {
				t.Errorf("%s.%s is not tried", table, c.Name())
			}
		}
		for column, to := range columns {
			for row := range rowsOf(k, table) {
				tampered(k, table, row, column, to)
				tried++
			}
		}
	}
	if tried < 100 {
		t.Fatalf("only %d changes were tried", tried)
	}
}

func rowsOf(k *testkit.Kit, table string) int {
	k.Helper()
	var n int64
	must(k.TB, k.DB.Read(k.Context()).Table(table).Count(&n).Error)
	return int(n)
}

var errUndo = errors.New("undo")

// tampered changes one value in a transaction, sees verify find it, and rolls it back.
func tampered(k *testkit.Kit, table string, row int, column, to string) {
	k.Helper()
	order := map[string]string{"accounts": "id", "transfers": "id", "entries": "account_id, seq"}[table]
	err := k.DB.Tx(k.Context(), func(tx *gorm.DB) error {
		var key []map[string]any
		must(k.TB, tx.Table(table).Select(order).Order(order).Offset(row).Limit(1).Find(&key).Error)
		back, err := testkit.WithoutForeignKeys(tx)
		must(k.TB, err)
		must(k.TB, tx.Table(table).Where(key[0]).UpdateColumn(column, gorm.Expr(to)).Error)
		found := 0
		_, err = ledger.Verify(tx, func(ledger.Difference) { found++ })
		must(k.TB, errors.Join(err, back()))
		if found == 0 {
			k.Errorf("a changed %s.%s of row %d was not found", table, column, row)
		}
		return errUndo
	})
	if !errors.Is(err, errUndo) {
		k.Fatal(err)
	}
}

func TestOpen_asManyAccountsAsADistrictHas(t *testing.T) {
	k := testkit.New(t)
	const many = 6000 // more than one statement has room for
	keys := make([]ledger.Key, many)
	for i := range keys {
		keys[i] = ledger.PersonPoints(int64(1000 + i))
	}
	for range 2 { // those that are there are only locked
		must(t, k.DB.Tx(k.Context(), func(tx *gorm.DB) error { return ledger.NewBook().Open(tx, k.Clock.Now(), keys...) }))
	}
	var n int64
	must(t, k.DB.Read(k.Context()).Model(&model.Account{}).Count(&n).Error)
	if n != many {
		t.Fatalf("%d accounts, want %d", n, many)
	}
}
