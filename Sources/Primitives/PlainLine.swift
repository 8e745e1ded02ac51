// Text that people decide by: what a signer reads must be what stands there. Control characters
// would break its line, invisible ones could turn or hide what follows.

extension Unicode.Scalar {
  /// Whether people see it, as a sign or as the blank that it is.
  fileprivate var isPlain: Bool {
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse,
      .surrogate:
      false
    default: true
    }
  }
}

extension String {
  /// Whether it is one line without control or invisible characters.
  package var isPlainLine: Bool { unicodeScalars.allSatisfy(\.isPlain) }

  /// As one plain line: line breaks and tabs become a blank, what cannot be seen is left out.
  package var plainLine: String {
    var line = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      if scalar.isPlain {
        line.append(scalar)
      } else if scalar.properties.isWhitespace {
        line.append(" ")
      }
    }
    return String(line)
  }

  /// Whether it has at most `limit` scalars: one character may carry any number of marks.
  package func fits(scalars limit: Int) -> Bool {
    unicodeScalars.prefix(limit + 1).count <= limit
  }
}
