package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

type random struct{ seed int }

func (r *random) next(bound int) int {
	r.seed = r.seed * 16807 % 2147483647
	return r.seed % bound
}

func (r *random) word() string {
	var word strings.Builder
	for k := 4 + r.next(9); k > 0; k-- {
		word.WriteByte(byte('a' + r.next(26)))
	}
	return word.String()
}

func workload(small bool) string {
	count, rounds := 60000, 20
	if small {
		count, rounds = 500, 5
	}
	r := random{42}
	words, missing := []string{}, []string{}
	for i := 0; i < count; i++ {
		word := r.word()
		words = append(words, word)
		missing = append(missing, word+"!")
	}
	m := map[string]int{}
	absent := 0
	for round := 0; round < rounds; round++ {
		for i := 0; i < count; i++ {
			m[words[i*7919%count]] += i % 10
			if _, found := m[missing[i]]; !found {
				absent++
			}
		}
	}
	sum := 0
	for word, value := range m {
		sum += len(word) * value
	}
	return fmt.Sprintf("%d words, %d absent, sum %d\n", len(m), absent, sum)
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
