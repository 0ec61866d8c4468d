def tables(findings): 
    from benchmarks import printed as p
    return [("sales",p.sales(findings.turns)),("open",p.opened(findings.turns)),("storms",p.storms(findings.turns)),("backlog",p.backlog(findings.turns)),("crowds",p.crowds(findings)),("wanted",p.wanted(findings)),("inside",p.inside(findings))]
