/// A queue in order of arrival: appending and taking cost the same however long it is, and whoever
/// waits can be taken out from the middle.
struct FIFO<Element: Sendable>: Sendable {
  private var entries: [(number: Int, element: Element?)] = []
  private var head = 0
  private var lastNumber = 0

  /// How many wait.
  private(set) var count = 0
  var isEmpty: Bool { count == 0 }

  /// Returns the element's number, by which `remove` finds it. Numbers grow and never come back.
  @discardableResult
  mutating func append(_ element: Element) -> Int {
    lastNumber += 1
    entries.append((lastNumber, element))
    count += 1
    return lastNumber
  }

  /// The one that came first, where nobody was taken out of the middle.
  var first: Element? { head < entries.count ? entries[head].element : nil }

  mutating func popFirst() -> Element? {
    while head < entries.count {
      let element = entries[head].element
      entries[head].element = nil
      head += 1
      if head == entries.count {
        clear()
      } else if head >= 1024, head * 2 >= entries.count {
        entries.removeFirst(head)
        head = 0
      }
      if let element {
        count -= 1
        return element
      }
    }
    return nil
  }

  /// The one that came last.
  mutating func popLast() -> Element? {
    while entries.count > head, let last = entries.popLast() {
      if entries.count == head { clear() }
      if let element = last.element {
        count -= 1
        return element
      }
    }
    return nil
  }

  /// Takes out the element of that number; `nil` if it is there no more.
  mutating func remove(_ number: Int) -> Element? {
    var low = head, high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].number < number { low = middle + 1 } else { high = middle }
    }
    guard low < entries.count, entries[low].number == number, let element = entries[low].element
    else { return nil }
    entries[low].element = nil
    count -= 1
    // Gaps never outnumber who waits: callers that come and give up leave nothing behind.
    if entries.count - head > 2 * count + 64 {
      entries = entries[head...].filter { $0.element != nil }
      head = 0
    }
    return element
  }

  private mutating func clear() {
    // A burst's room is given back.
    entries.removeAll(keepingCapacity: entries.count <= 64)
    head = 0
  }
}
