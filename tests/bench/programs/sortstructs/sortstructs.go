package main

import (
	"fmt"
	"os"
	"sort"
	"strconv"
	"time"
)

type record struct {
	group int
	score float64
	id    int
}

func makeRecords(count int) []record {
	records := make([]record, count)
	seed := 42
	for i := range records {
		seed = seed * 16807 % 2147483647
		group := seed % 100
		seed = seed * 16807 % 2147483647
		records[i] = record{group, float64(seed%100000) / 8, i}
	}
	return records
}

func byGroup(a, b *record) bool {
	if a.group != b.group {
		return a.group < b.group
	}
	if a.score != b.score {
		return a.score > b.score
	}
	return a.id < b.id
}

func byScore(a, b *record) bool {
	if a.score != b.score {
		return a.score < b.score
	}
	return a.id > b.id
}

func sorted(records []record, before func(a, b *record) bool) []record {
	result := append([]record(nil), records...)
	sort.Slice(result, func(i, j int) bool { return before(&result[i], &result[j]) })
	return result
}

func checksum(records []record) int {
	sum := 0
	for i := range records {
		sum = (sum*31 + records[i].id) % 1000003
	}
	return sum
}

func workload(small bool) string {
	count := 300000
	if small {
		count = 1500
	}
	records := makeRecords(count)
	grouped := sorted(records, byGroup)
	scored := sorted(records, byScore)
	return fmt.Sprintf("%d %d %d\n", checksum(records), checksum(grouped), checksum(scored))
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
