package testkit

import (
	"bufio"
	"fmt"
	"io"
)

// NationRows is how many divisions the nation has, from its provinces to its villages.
const NationRows = 665_000

// The tree of the nation: 31 provinces, of which each has so many cities, and so on down.
var nationFans = []int{31, 11, 9, 14, 15}

var nationLevels = [][]string{
	{"province"}, {"city"}, {"county", "district"}, {"town", "township", "street"}, {"village", "community"},
}

var nationNames = []string{"第%d省", "第%d市", "第%d县", "第%d镇", "第%d村委会"}

// NationCSV writes a file of made-up divisions in the shape of the nation's, from the top to the
// bottom of one province after another, until it has so many rows.
func NationCSV(w io.Writer, rows int) error {
	out := bufio.NewWriter(w)
	if _, err := out.WriteString("code,name,level,parent_code\n"); err != nil {
		return err
	}
	left := rows
	if err := nationBelow(out, "", 0, &left); err != nil {
		return err
	}
	return out.Flush()
}

func nationBelow(out *bufio.Writer, parent string, depth int, left *int) error {
	if depth == len(nationFans) {
		return nil
	}
	words := nationLevels[depth]
	for i := range nationFans[depth] {
		if *left == 0 {
			return nil
		}
		*left--
		code := parent + nationCode(depth, i)
		if _, err := fmt.Fprintf(out, "%s,"+nationNames[depth]+",%s,%s\n", code, i+1, words[i%len(words)], parent); err != nil {
			return err
		}
		if err := nationBelow(out, code, depth+1, left); err != nil {
			return err
		}
	}
	return nil
}

// nationCode gives a level's own digits: two for province, city and county, three below.
func nationCode(depth, i int) string {
	switch {
	case depth == 0:
		return fmt.Sprintf("%02d", i+11)
	case depth < 3:
		return fmt.Sprintf("%02d", i+1)
	}
	return fmt.Sprintf("%03d", i+1)
}
