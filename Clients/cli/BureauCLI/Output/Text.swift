extension String {
  /// `FAILED_PRECONDITION` for `failedPrecondition`: how the API writes a name.
  var upperSnake: String {
    var result = ""
    for character in self {
      if character.isUppercase, !result.isEmpty, result.last?.isUppercase == false {
        result.append("_")
      }
      result.append(character == "-" || character == " " ? "_" : character)
    }
    // Upper-casing last keeps the boundaries visible while they are looked for.
    return result.uppercased()
  }

  /// Safe to show: text from invoices and servers must not steer the terminal.
  var printable: String {
    guard unicodeScalars.contains(where: Self.steersTerminal) else { return self }
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars { result.append(Self.steersTerminal(scalar) ? " " : scalar) }
    return String(result)
  }

  /// Safe to show on several lines: as `printable`, but line ends stay.
  var printableLines: String {
    split(separator: "\n", omittingEmptySubsequences: false).map { String($0).printable }
      .joined(separator: "\n")
  }

  private static func steersTerminal(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .format, .surrogate: true
    default: false
    }
  }
}

extension String {
  /// Without blanks at either end.
  var trimmed: String {
    var text = self[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
