class Shape:
    __slots__ = ()

    def cost(self, i):
        return 0


class Square(Shape):
    __slots__ = ("side",)

    def __init__(self, side):
        self.side = side

    def cost(self, i):
        return self.side * self.side + i


class Rectangle(Shape):
    __slots__ = ("width", "height")

    def __init__(self, width, height):
        self.width = width
        self.height = height

    def cost(self, i):
        return self.width * self.height - i


class Frame(Shape):
    __slots__ = ("width", "height")

    def __init__(self, width, height):
        self.width = width
        self.height = height

    def cost(self, i):
        return self.width + self.height + i + i


def main():
    shapes = []
    seed = 42
    for _ in range(1000):
        seed = seed * 16807 % 2147483647
        kind, size = seed % 3, seed % 100
        shapes.append(Square(size) if kind == 0 else Rectangle(size, size + 1) if kind == 1 else Frame(size, size + 1))
    total = 0
    for step in range(20000):
        for shape in shapes:
            total += shape.cost(step)
    print(total)


main()
