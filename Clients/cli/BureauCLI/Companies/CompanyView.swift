internal import BureauAPI

extension Table {
  static func companies(_ companies: [Bureau_V1_Company]) -> Table {
    var table = Table([
      .left("ID"), .left("NAME"), .left("NUMBER"), .left("COUNTRY"), .left("STATE"),
    ])
    for company in companies {
      table.add([
        Show.id(company.name), company.displayName, company.organisationNumber,
        company.countryCode, Show.state(company.state),
      ])
    }
    return table
  }
}

extension Details {
  static func company(_ company: Bureau_V1_Company) -> Details {
    var details = Details()
    details.add("name", company.name)
    details.add("display name", company.displayName)
    details.add("state", Show.state(company.state))
    details.add("organisation number", company.organisationNumber)
    details.add("country", company.countryCode)
    details.add("street", company.address.street)
    details.add("town", "\(company.address.postalCode) \(company.address.town)".trimmed)
    details.add("created", Show.time(company.createTime))
    details.add("closed", Show.time(company.closeTime))
    return details
  }

  static func bureau(_ bureau: Bureau_V1_Bureau) -> Details {
    var details = Details()
    details.add("name", bureau.name)
    details.add("display name", bureau.displayName)
    details.add("organisation number", bureau.organisationNumber)
    details.add("country", bureau.countryCode)
    details.add("administrator", bureau.administrator)
    details.add("created", Show.time(bureau.createTime))
    return details
  }
}
