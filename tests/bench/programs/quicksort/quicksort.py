def quicksort(a, low, high):
    i, j, pivot = low, high, a[(low + high) // 2]
    while i <= j:
        while a[i] < pivot:
            i += 1
        while a[j] > pivot:
            j -= 1
        if i <= j:
            a[i], a[j] = a[j], a[i]
            i += 1
            j -= 1
    if low < j:
        quicksort(a, low, j)
    if i < high:
        quicksort(a, i, high)


def main():
    count = 1000000
    a = []
    seed = 42
    for _ in range(count):
        seed = seed * 16807 % 2147483647
        a.append(seed)
    quicksort(a, 0, count - 1)
    for i in range(1, count):
        if a[i - 1] > a[i]:
            print(f"not sorted at {i}")
    print(a[0], a[count - 1], sum(a[i] for i in range(0, count, 1000)))


main()
