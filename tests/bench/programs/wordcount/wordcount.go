package main

import (
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
	"time"
)

const vocabularySize = 5000

type random struct{ seed int }

func (r *random) next(bound int) int {
	r.seed = r.seed * 16807 % 2147483647
	return r.seed % bound
}

func makeText(words int) string {
	r := random{42}
	vocabulary := make([]string, vocabularySize)
	for i := range vocabulary {
		var word strings.Builder
		for k := 3 + r.next(8); k > 0; k-- {
			word.WriteByte(byte('a' + r.next(26)))
		}
		vocabulary[i] = word.String()
	}
	var text strings.Builder
	for i := 0; i < words; i++ {
		a, b := r.next(vocabularySize), r.next(vocabularySize)
		if i > 0 {
			text.WriteByte(' ')
		}
		text.WriteString(vocabulary[a*b/vocabularySize])
	}
	return text.String()
}

type entry struct {
	word  string
	count int
}

func workload(small bool) string {
	words := 500000
	if small {
		words = 5000
	}
	text := makeText(words)
	counts := map[string]int{}
	for _, word := range strings.Split(text, " ") {
		counts[word]++
	}
	entries := []entry{}
	for word, count := range counts {
		entries = append(entries, entry{word, count})
	}
	sort.Slice(entries, func(i, j int) bool {
		if entries[i].count != entries[j].count {
			return entries[i].count > entries[j].count
		}
		return entries[i].word < entries[j].word
	})
	var out strings.Builder
	fmt.Fprintf(&out, "%d bytes, %d distinct\n", len(text), len(entries))
	for _, e := range entries[:10] {
		fmt.Fprintf(&out, "%s %d\n", e.word, e.count)
	}
	return out.String()
}

func main() {
	rounds := 1
	if len(os.Args) > 1 {
		rounds, _ = strconv.Atoi(os.Args[1])
	}
	output := ""
	for round := 0; round == 0 || round < rounds; round++ {
		start := time.Now()
		text := workload(rounds == 0)
		spent := time.Since(start)
		if len(os.Args) > 1 {
			fmt.Fprintln(os.Stderr, spent.Nanoseconds())
		}
		if round > 0 && text != output {
			os.Exit(1)
		}
		output = text
	}
	fmt.Print(output)
}
