import Formats
package import Primitives

// The supported banks, a row each (A-20: a list that grows). A new bank is a new row.

extension BankProfile {
  package static let all: [BankProfile] = rows.compactMap(\.profile)

  package static func named(_ id: String) -> BankProfile? { all.first { $0.id == id } }

  /// The zone of cut-offs, due dates and banking days.
  package var zone: TimeZoneRule { .centralEuropean }

  private static let rows: [Row] = [
    Row("dnb", "DNB", "DNBANOKK", .no, .api),
    Row("nordea-no", "Nordea Norge", "NDEANOKK", .no, .api),
    Row("sparebank1", "SpareBank 1", "SPRONO22", .no, .api),
    Row("handelsbanken", "Handelsbanken", "HANDSESS", .se, .file, application: fileForm),
    Row("nordea", "Nordea", "NDEASESS", .se, .file, application: fileForm),
    Row(
      "seb", "SEB", "ESSESESS", .se, .file, finalSignatureInBank: true, application: fileForm),
  ]

  /// What the banks' forms for file agreements ask for.
  private static let fileForm: [ApplicationField] = [
    .company, .organisationNumber, .address, .account, .currency, .kind, .fileFormat, .bureau,
    .senderID, .signer, .mobile, .email,
  ]

  /// One bank as it is written down; what is the same for a country follows from the country.
  private struct Row {
    var id, displayName, bic: String
    var country: CountryCode
    var channel: Channel
    var finalSignatureInBank: Bool
    var application: [ApplicationField]

    init(
      _ id: String, _ displayName: String, _ bic: String, _ country: CountryCode,
      _ channel: Channel, finalSignatureInBank: Bool = false,
      application: [ApplicationField] = []
    ) {
      self.id = id
      self.displayName = displayName
      self.bic = bic
      self.country = country
      self.channel = channel
      self.finalSignatureInBank = finalSignatureInBank
      self.application = application
    }

    var profile: BankProfile? {
      guard let bic = try? BIC(bic) else { return nil }
      let isNorwegian = country == .no
      return BankProfile(
        id: id, displayName: displayName, country: country, bic: bic, version: 1,
        cutOffHour: isNorwegian ? 14 : 13, answerDays: 3,
        calendar: isNorwegian ? .norway : .sweden,
        domesticCurrency: isNorwegian ? .nok : .sek,
        domesticForms: isNorwegian ? [.norwegian] : [.bankgiro, .plusgiro, .swedish],
        rendering: Pain001.Rendering(
          characterSet: isNorwegian ? .nordic : .swedish, referredDocuments: isNorwegian),
        channel: channel, finalSignatureInBank: finalSignatureInBank, application: application)
    }
  }
}
